"""The columnar engine: facts, measures and conditions as columns, each distinct reading decided once by the reference.

It decides what the reference engine decides, on every rule and event. What repeats is computed once, by the very
function that the reference uses; only clocks, measures and the truth of leaves have a columnar form of their own.
"""
