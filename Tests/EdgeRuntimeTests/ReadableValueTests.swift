@testable import EdgeRuntime
import EdgeLang
import Testing

@Suite struct ReadableValueTests {
    @Test(arguments: [(120e6, "120 MHz"), (12_500, "12.5 kHz"), (104, "104 Hz"), (0, "0 Hz")])
    func aFrequencyHasTheUnitThatSuitsIt(hertz: Double, text: String) {
        #expect(ReadableValue.quantity(Quantity(value: hertz, dimension: .frequency)) == text)
    }
}
