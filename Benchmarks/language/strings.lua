-- Builds a log of 100,000 lines by concatenation, joins it, splits it again and counts words. Five times over.
local function split(text, separator)
  local parts, start = {}, 1
  while true do
    local at = text:find(separator, start, true)
    if not at then
      parts[#parts + 1] = text:sub(start)
      return parts
    end
    parts[#parts + 1] = text:sub(start, at - 1)
    start = at + 1
  end
end

local function build(count)
  local lines = {}
  for i = 0, count - 1 do
    lines[#lines + 1] = "sensor-" .. i % 97 .. ";" .. i * 7 % 1000 .. ";ok"
  end
  return table.concat(lines, "\n")
end

local function main()
  local total, bytes, alarms = 0, 0, 0
  for _ = 1, 5 do
    local text = build(100000)
    bytes = bytes + #text
    for _, line in ipairs(split(text, "\n")) do
      local fields = split(line, ";")
      total = total + math.tointeger(fields[2])
      if fields[1] == "sensor-13" then alarms = alarms + 1 end
    end
  end
  print(bytes .. " " .. total .. " " .. alarms)
end
main()
