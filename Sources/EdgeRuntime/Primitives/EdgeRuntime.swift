/// The version of the program and its libraries.
public let edgeshVersion = "0.1.0"
