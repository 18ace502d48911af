# Builds a log of 100,000 lines by interpolation, joins it, splits it again and counts words. Five times over.
def build(count):
    lines = []
    for i in range(count):
        lines.append(f"sensor-{i % 97};{i * 7 % 1000};ok")
    return "\n".join(lines)


def main():
    total = bytes = alarms = 0
    for _ in range(5):
        text = build(100000)
        bytes += len(text)
        for line in text.split("\n"):
            fields = line.split(";")
            total += int(fields[1])
            if fields[0] == "sensor-13":
                alarms += 1
    print(f"{bytes} {total} {alarms}")


main()
