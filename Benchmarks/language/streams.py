# A million messages through three stages into a sum: lazy, one by one.
def source(count):
    for n in range(count):
        yield n


def mapped(source, f):
    for x in source:
        yield f(x)


def filtered(source, f):
    for x in source:
        if f(x):
            yield x


def main():
    messages = mapped(
        filtered(mapped(source(1000000), lambda n: n * 3), lambda n: n % 2 == 0),
        lambda n: n + 1,
    )
    print(sum(messages))


main()
