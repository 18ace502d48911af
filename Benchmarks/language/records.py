# Maps, filters and sums 200,000 readings as a gateway would: a new dict for each, one with a field replaced. Five times over: a million.
def readings(count):
    return [{"device": i % 16, "seq": i, "raw": i * 37 % 4096, "quality": i % 10} for i in range(count)]


def main():
    input = readings(200000)
    total = kept = 0
    for round in range(5):
        scaled = list(
            map(
                lambda r: {
                    "device": r["device"],
                    "seq": r["seq"],
                    "value": r["raw"] * 5 - 273,
                    "ok": r["quality"] > 1,
                },
                input,
            )
        )
        good = list(filter(lambda r: r["ok"], scaled))
        shifted = list(map(lambda r: {**r, "value": r["value"] + round}, good))
        for r in shifted:
            total += r["value"]
        kept += len(shifted)
    print(f"{kept} {total}")


main()
