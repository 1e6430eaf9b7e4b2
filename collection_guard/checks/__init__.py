"""The checks of CI: labelled samples, batches, rule packs and lists, with waivers and a baseline."""
