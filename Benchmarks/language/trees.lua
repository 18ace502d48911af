-- Builds binary trees of short tables and walks them: allocation, recursion, the collector.
local function make(depth)
  if depth == 0 then return {nil, nil} end
  return {make(depth - 1), make(depth - 1)}
end

local function count(tree)
  if tree[1] == nil then return 1 end
  return 1 + count(tree[1]) + count(tree[2])
end

local function main()
  local kept = make(16)
  local nodes = 0
  for _ = 1, 400 do nodes = nodes + count(make(10)) end
  for _ = 1, 12 do nodes = nodes + count(make(14)) end
  print(nodes .. " " .. count(kept))
end
main()
