"""The online side: decisions before a contact, what is recorded after it, and the places that are kept between."""
