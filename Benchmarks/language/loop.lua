-- A counting loop and a while loop over integers.
local function main()
  local sum = 0
  for i = 0, 20000000 - 1 do
    sum = (sum + i * 3) % 1000003
  end
  local steps = 0
  for start = 1, 60000 - 1 do
    local n = start
    while n ~= 1 do
      if n % 2 == 0 then n = n // 2 else n = 3 * n + 1 end
      steps = steps + 1
    end
  end
  print(sum .. " " .. steps)
end
main()
