import PeerTesting
import Testing

/// The modules of `stdlib/std`, as a script uses them.
@Suite struct StandardModuleTests {
    private func output(_ script: String) throws -> String {
        let folder = try TemporaryDirectory()
        let path = try folder.write("script.edge", script)
        let result = try ProgramUnderTest.run([path], directory: folder.path)
        #expect(result.exitCode == 0, "\(result.standardError)")
        return result.standardOutput
    }

    @Test func aPlantIsReadTagByTag() throws {
        let text = try output(
            """
            import "std/plant" as plant
            let station = serve("modbus-tcp://127.0.0.1:0", input: 8)
            write(station, "input/0", 21.5, as: "f32")
            write(station, "input/2", 4.2, scale: 0.1)
            let plc = connect(station.url)
            let tags = [{name: "power", point: "input/0", as: "f32"}, {name: "oil", point: "input/2", scale: 0.1}]
            print(plant.snapshot(plc, tags).power)
            print(plant.watch(plc, tags, count: 3, every: 1ms) |> map(reading => round(reading.oil * 10)))
            """)
        #expect(text == "21.5\n[42, 42, 42]\n")
    }

    @Test func aFaultOfABearingIsNamed() throws {
        let text = try output(
            """
            import "std/vibration" as vibration
            # 600 strikes in five seconds make a resonance of 3 kHz ring, at the rhythm of the outer race.
            let rate = 12000.0
            let geometry = {balls: 9, ball_diameter: 7.94, pitch_diameter: 39.04}
            let pace = bearing_frequencies(rpm: 1800, balls: 9, ball_diameter: 7.94, pitch_diameter: 39.04).outer_race / 1Hz
            let signal = build(12000, i => {
              let since = i / rate - floor(i / rate * pace) / pace
              exp(-900.0 * since) * sin(2 * pi() * 3000.0 * since)
            })
            let found = vibration.diagnose(signal, rate: 12kHz, rpm: 1800, bearing: geometry)
            print(found[0].fault, found[0].clarity > 10 * found[1].clarity)
            """)
        #expect(text == "outer race true\n")
    }

    @Test func theSmallestNetworkThatIsStillGoodIsKept() throws {
        let text = try output(
            """
            import "std/shrink" as shrink
            import "\(PackageRoot.file("examples/bearing.edge"))" as bearing
            let data = dataset(build(40, i => bearing.window(i)), labels: build(40, i => i % 4))
            let model = load("\(PackageRoot.file("examples/models/bearing.onnx"))")
            let easy = shrink.smallest(model, data, calibrate: data, loss: 1.0)
            let strict = shrink.smallest(model, data, calibrate: data, loss: -1.0)
            print(easy.model.bits, strict.model.bits, len(easy.tried))
            """)
        #expect(text == "4 32 3\n")
    }

    @Test func theModelThatWasBestForecasts() throws {
        let text = try output(
            """
            import "std/load" as load_tools
            let day = [3, 2, 2, 4, 8, 9, 7, 5]
            let result = load_tools.forecast_best(series(build(160, i => 1.0 * day[i % 8]), every: 3h), steps: 8, folds: 3)
            print(result.forecast.values |> map(value => round(value)))
            """)
        #expect(text == "[3, 2, 2, 4, 8, 9, 7, 5]\n")
    }

    @Test func aHostileStationDoesNotLeadTheOthersAstray() throws {
        let text = try output(
            """
            import "std/fleet" as fleet
            let messages = build(5, i => {
              let change = if i == 2 { [900.0, -900.0] } else { [1.0, 2.0] }
              {client: "\\(i)", bytes: compress_update(change, bits: 8, keep: 1.0).bytes, samples: 10}
            })
            print(fleet.join_round([10.0, 20.0], messages) |> map(number => round(number)))
            """)
        #expect(text == "[11, 22]\n")
    }
}
