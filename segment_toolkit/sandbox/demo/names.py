"""Names of people, places and companies, all of our own making.

Given names are common ones; family names, streets and companies are invented, so that no pair is a person or
a firm that exists. Cities are real, because time zones are.
"""

from __future__ import annotations

from dataclasses import dataclass

HOST = "shop.example.com"
MAIL_DOMAIN = "example.com"

GIVEN_NAMES = (
    *("Ada", "Alma", "Amir", "Anouk", "Bela", "Bruno", "Cara", "Cyril", "Dana", "Dario", "Edda", "Elias", "Emre"),
    *("Fenja", "Finn", "Gala", "Goran", "Hana", "Hugo", "Ida", "Ivo", "Jana", "Joris", "Kaito", "Karla", "Lale"),
    *("Leon", "Lina", "Malik", "Mara", "Milo", "Nadia", "Nils", "Noor", "Olga", "Oskar", "Pia", "Priya", "Quinn"),
    *("Rafa", "Rosa", "Sami", "Selma", "Silas", "Tara", "Theo", "Uma", "Vera", "Viggo", "Wanda", "Yara", "Zeno"),
)
FAMILY_NAMES = (
    *("Aldermoor", "Ambrosch", "Barrowfen", "Brackwyn", "Calderstoke", "Corvelli", "Dahlbruck", "Dunmarrow"),
    *("Eibenfeld", "Elmquarry", "Fallowmere", "Fennigan-Roe", "Garrowby", "Grimsvale", "Hallendorp", "Hawkmoss"),
    *("Ildenburg", "Ivarstone", "Jorvalund", "Kestrelow", "Kupferwald", "Larkhollow", "Lindqvarn", "Marwick-Thane"),
    *("Mirabeck", "Nachtwey-Ode", "Norrington-Vale", "Oakhaven", "Ostermoor", "Pellworth", "Quillfeather"),
    *("Ravensholt", "Rosendahlen", "Saltmarsh", "Silbergraben", "Tannerby-Hill", "Thornquist", "Ulmenhof"),
    *("Varganov", "Velderman", "Wexcombe", "Wintersteen", "Yarrowdale", "Zandvlietje"),
)
STREETS = ("Birch Row", "Copper Lane", "Ferry Steps", "Lantern Street", "Mill Bank", "Orchard Way", "Quarry Hill")

SEARCHES = ("tea pot", "linen apron", "small knife", "gift", "blue mug", "candle", "bread basket", "coffee", "vase")

INDUSTRIES = ("Hospitality", "Retail", "Catering", "Interior design")
COMPANIES = (
    *("Amberfork Canteens", "Bluegate Hotels", "Corkscrew & Daughters", "Driftwood Suites", "Elmtable Bistros"),
    *("Foxlantern Living", "Greywater Spas", "Hearthline Kitchens", "Inkwell Coworking", "Juniper Row Cafes"),
)


@dataclass(frozen=True)
class City:
    """Where somebody lives; the offset is that of standard time (summer time would change no test and no chart)."""

    name: str
    country: str
    region: str
    postal_code: str
    timezone: str
    locale: str
    offset_hours: int


CITIES = (
    City("Amsterdam", "NL", "North Holland", "1012", "Europe/Amsterdam", "nl-NL", 1),
    City("Berlin", "DE", "Berlin", "10115", "Europe/Berlin", "de-DE", 1),
    City("Boston", "US", "Massachusetts", "02108", "America/New_York", "en-US", -5),
    City("Chicago", "US", "Illinois", "60601", "America/Chicago", "en-US", -6),
    City("Dublin", "IE", "Leinster", "D01", "Europe/Dublin", "en-IE", 0),
    City("Lisbon", "PT", "Lisboa", "1100", "Europe/Lisbon", "pt-PT", 0),
    City("London", "GB", "England", "EC1", "Europe/London", "en-GB", 0),
    City("Lyon", "FR", "Rhone", "69001", "Europe/Paris", "fr-FR", 1),
    City("Madrid", "ES", "Madrid", "28001", "Europe/Madrid", "es-ES", 1),
    City("San Diego", "US", "California", "92101", "America/Los_Angeles", "en-US", -8),
    City("Toronto", "CA", "Ontario", "M5H", "America/Toronto", "en-CA", -5),
    City("Vienna", "AT", "Vienna", "1010", "Europe/Vienna", "de-AT", 1),
)
