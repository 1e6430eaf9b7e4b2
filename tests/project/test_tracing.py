"""What shows which lines are covered, and takes twice the time, is done where it is wanted alone."""

import sys


def test_tests_of_other_folders_are_not_traced() -> None:
    """Here nothing is traced, in a process of its own that runs the tests either."""
    assert not type(sys.gettrace()).__module__.startswith("coverage")
