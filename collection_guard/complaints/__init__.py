"""From a complaint to its contacts: what every agency did, what the rules say of it, and what is missing."""
