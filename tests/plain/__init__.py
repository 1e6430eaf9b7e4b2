"""A second, plain reading of the semantics, written from the text alone and sharing nothing with the engine."""
