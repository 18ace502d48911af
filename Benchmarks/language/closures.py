# Closures that capture, are composed, and carry state.
def adder(n):
    return lambda x: x + n


def compose(f, g):
    return lambda x: f(g(x))


def counter():
    count = 0

    def next(step):
        nonlocal count
        count += step
        return count

    return next


def main():
    total = 0
    for i in range(1500000):
        f = compose(adder(i), lambda x: x * 3)
        total = (total + f(i)) % 1000003
    next = counter()
    for i in range(5000000):
        total = (total + next(i % 3)) % 1000003
    print(total)


main()
