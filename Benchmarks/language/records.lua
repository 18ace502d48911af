-- Maps, filters and sums 200,000 readings as a gateway would: a new table for each, one with a field replaced. Five times over: a million.
local function readings(count)
  local list = {}
  for i = 0, count - 1 do
    list[#list + 1] = {device = i % 16, seq = i, raw = i * 37 % 4096, quality = i % 10}
  end
  return list
end

local function map(list, f)
  local result = {}
  for i = 1, #list do result[i] = f(list[i]) end
  return result
end

local function filter(list, f)
  local result = {}
  for i = 1, #list do
    local item = list[i]
    if f(item) then result[#result + 1] = item end
  end
  return result
end

local function main()
  local input = readings(200000)
  local total, kept = 0, 0
  for round = 0, 4 do
    local scaled = map(input, function(r)
      return {device = r.device, seq = r.seq, value = r.raw * 5 - 273, ok = r.quality > 1}
    end)
    local good = filter(scaled, function(r) return r.ok end)
    local shifted = map(good, function(r)
      local copy = {}
      for k, v in pairs(r) do copy[k] = v end
      copy.value = r.value + round
      return copy
    end)
    for i = 1, #shifted do
      total = total + shifted[i].value
    end
    kept = kept + #shifted
  end
  print(kept .. " " .. total)
end
main()
