import EdgeModels
import Testing

@Suite struct EdgeModelsTests {}
