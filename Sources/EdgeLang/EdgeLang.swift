/// The version of the language: scripts that run under one version run under every later one with the same first number.
public let languageVersion = "0.1"
