-- Closures that capture, are composed, and carry state.
local function adder(n) return function(x) return x + n end end
local function compose(f, g) return function(x) return f(g(x)) end end

local function counter()
  local count = 0
  return function(step)
    count = count + step
    return count
  end
end

local function main()
  local total = 0
  for i = 0, 1500000 - 1 do
    local f = compose(adder(i), function(x) return x * 3 end)
    total = (total + f(i)) % 1000003
  end
  local next = counter()
  for i = 0, 5000000 - 1 do
    total = (total + next(i % 3)) % 1000003
  end
  print(total)
end
main()
