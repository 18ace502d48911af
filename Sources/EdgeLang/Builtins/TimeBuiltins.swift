import Glibc

/// The clock and the calendar. A time is a duration since the beginning of 1970 in UTC.
enum TimeBuiltins {
    static var all: [BuiltinSpec] { [now, clock, sleep, formatTime, parseTime] }

    private static func read(_ source: clockid_t) -> TimeSpan {
        var time = timespec()
        clock_gettime(source, &time)
        return TimeSpan(seconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }

    /// Seconds since 1970.
    static var timeOfDay: Double { read(CLOCK_REALTIME).seconds }

    private static var now: BuiltinSpec {
        BuiltinSpec(
            "now", "Tells the time.", returns: "the duration since 1970-01-01T00:00:00Z", topic: "Time",
            seeAlso: ["clock", "format_time"], examples: [.varies("format_time(now())")]
        ) { _ in read(CLOCK_REALTIME) }
    }

    private static var clock: BuiltinSpec {
        BuiltinSpec(
            "clock", "Reads a clock that is never set: the difference of two readings is what passed between them.",
            returns: "a duration", topic: "Time", seeAlso: ["now"],
            examples: [Example("let start = clock(); clock() >= start", "true")]
        ) { _ in read(CLOCK_MONOTONIC) }
    }

    private static var sleep: BuiltinSpec {
        BuiltinSpec(
            "sleep", "Waits.", .value("duration", TimeSpan.self, in: 0.0..., "how long"), returns: "null",
            topic: "Time",
            examples: [Example("sleep(1ms)", "null")]
        ) { context, duration in
            try context.sleep(until: Moment.now.advanced(bySeconds: duration.seconds))
            return Nothing()
        }
    }

    private static var formatTime: BuiltinSpec {
        BuiltinSpec(
            "format_time", "Writes a time as ISO 8601 has it, in UTC.", .value("time", TimeSpan.self, "since 1970"),
            .label("digits", Int.self, default: 0, in: 0...6, "of a fraction of the second"), returns: "the text",
            topic: "Time",
            seeAlso: ["parse_time", "now"], examples: [Example("format_time(0s)", "\"1970-01-01T00:00:00Z\"")]
        ) { _, time, digits in
            let scale = pow(10, Double(digits))
            // A time that was written with so many digits is the nearest double, which may lie just below.
            let exact = time.seconds * scale
            let isWhole = (exact - exact.rounded()).magnitude <= time.seconds.ulp * scale
            let ticks = exact.rounded(isWhole ? .toNearestOrAwayFromZero : .down)
            // The year 9999 is where four digits end.
            guard ticks.isFinite, ticks / scale >= -62_167_219_200, ticks / scale < 253_402_300_800 else {
                throw RuntimeError(.argumentRange, "`format_time`: the time is not in the years 0 to 9999")
            }
            let whole = (ticks / scale).rounded(.down)
            let date = CivilDate(secondsSince1970: Int(whole))
            let fraction = digits == 0 ? "" : "." + zeros(Int(ticks - whole * scale), digits)
            return zeros(date.year, 4) + "-" + zeros(date.month, 2) + "-" + zeros(date.day, 2) + "T"
                + zeros(date.hour, 2) + ":"
                + zeros(date.minute, 2) + ":" + zeros(date.second, 2) + fraction + "Z"
        }
    }

    private static func zeros(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private static var parseTime: BuiltinSpec {
        BuiltinSpec(
            "parse_time", "Reads a time as ISO 8601 has it.",
            .value("text", String.self, "a date, or date and time; `Z`, an offset, or nothing for UTC"),
            returns: "the duration since 1970-01-01T00:00:00Z", topic: "Time", seeAlso: ["format_time"],
            examples: [
                Example("format_time(parse_time(\"2026-03-01T12:00:00+02:00\"))", "\"2026-03-01T10:00:00Z\""),
                Example("parse_time(\"1970-01-02\") / 1h", "24.0"),
            ]
        ) { _, text in
            guard let seconds = CivilDate.parse(text) else {
                throw RuntimeError(
                    .conversion, "\(quoted(text)) is not a time", hint: "write it as 2026-03-01T12:00:00Z")
            }
            return TimeSpan(seconds: seconds)
        }
    }
}
