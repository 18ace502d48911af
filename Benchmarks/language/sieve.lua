-- The sieve of Eratosthenes up to five million: a long table, updated in place.
local function main()
  local limit = 5000000
  local composite = {}
  for i = 0, limit do
    composite[#composite + 1] = false
  end
  local count, last = 0, 0
  for i = 2, limit do
    if not composite[i] then
      count = count + 1
      last = i
      local multiple = i * i
      while multiple <= limit do
        composite[multiple] = true
        multiple = multiple + i
      end
    end
  end
  print(count .. " " .. last)
end
main()
