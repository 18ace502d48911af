import EdgeFederation
import EdgeTensors
import Testing

@Suite struct ClientUpdateTests {
    @Test func anUpdateKeepsTheWeightOfItsClient() {
        let update = ClientUpdate(client: "pump-3", parameters: [], sampleCount: 120)
        #expect(update.sampleCount == 120)
    }
}
