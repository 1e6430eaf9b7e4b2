"""The decision log: every check and every record, one hash chain a writer, personal data as keyed pseudonyms."""
