struct FunctionCode {}
