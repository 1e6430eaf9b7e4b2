"""The batch side: contact logs are read, judged and reported."""
