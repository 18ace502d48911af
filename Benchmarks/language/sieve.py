# The sieve of Eratosthenes up to five million: a long list, updated in place.
def main():
    limit = 5000000
    composite = []
    for i in range(limit + 1):
        composite.append(False)
    count = last = 0
    for i in range(2, limit + 1):
        if not composite[i]:
            count += 1
            last = i
            multiple = i * i
            while multiple <= limit:
                composite[multiple] = True
                multiple += i
    print(f"{count} {last}")


main()
