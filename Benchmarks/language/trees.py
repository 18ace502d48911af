# Builds binary trees of short lists and walks them: allocation, recursion, the collector.
def make(depth):
    if depth == 0:
        return [None, None]
    return [make(depth - 1), make(depth - 1)]


def count(tree):
    if tree[0] is None:
        return 1
    return 1 + count(tree[0]) + count(tree[1])


def main():
    kept = make(16)
    nodes = 0
    for _ in range(400):
        nodes += count(make(10))
    for _ in range(12):
        nodes += count(make(14))
    print(f"{nodes} {count(kept)}")


main()
