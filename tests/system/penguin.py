"""A bird that the example model knows."""

PENGUIN: dict[str, object] = {
    "island": "Dream",
    "bill_length_mm": 46.5,
    "bill_depth_mm": 17.9,
    "flipper_length_mm": 192,
    "body_mass_g": 3500,
    "sex": "female",
    "year": 2008,
}
