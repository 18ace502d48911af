-- A million messages through three stages into a sum: lazy, one by one.
local function range(count)
  return coroutine.wrap(function()
    for n = 0, count - 1 do coroutine.yield(n) end
  end)
end

local function map(source, f)
  return coroutine.wrap(function()
    for x in source do coroutine.yield(f(x)) end
  end)
end

local function filter(source, f)
  return coroutine.wrap(function()
    for x in source do
      if f(x) then coroutine.yield(x) end
    end
  end)
end

local function main()
  local messages = map(filter(map(range(1000000),
    function(n) return n * 3 end),
    function(n) return n % 2 == 0 end),
    function(n) return n + 1 end)
  local total = 0
  for n in messages do total = total + n end
  print(total)
end
main()
