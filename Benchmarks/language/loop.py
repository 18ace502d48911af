# A counting loop and a while loop over integers.
def main():
    sum = 0
    for i in range(20000000):
        sum = (sum + i * 3) % 1000003
    steps = 0
    for start in range(1, 60000):
        n = start
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
    print(f"{sum} {steps}")


main()
