"""The words each language has for signs, money, units and dates.

English is complete; German, French, Spanish and Italian have what everyday talk needs. In any other language
figures and common signs are left to the voice itself, which reads them in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language. Pairs are (one, many)."""

    point: str = ""
    minus: str = ""
    percent: str = ""
    through: str = ""
    """Between the ends of a range: three *to* five."""
    dot: str = ""
    at: str = ""
    signs: Mapping[str, str] = field(default_factory=dict)
    money: Mapping[str, tuple[str, str, str, str]] = field(default_factory=dict)
    """Sign or code -> (one, many, a hundredth, hundredths)."""
    large: Mapping[str, str] = field(default_factory=dict)
    """What may follow an amount: "million", "k"."""
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    months: tuple[str, ...] = ()
    clock: str = ""
    """A time of day with minutes, from {h} and {m}."""
    full_hour: str = ""
    date: str = ""
    """From {day}, {month} and {year}."""
    swapped: bool = False
    """Whether 1.234,5 is written for what English writes as 1,234.5."""


def _pairs(text: str) -> dict[str, tuple[str, str]]:
    """``"km kilometer kilometers, ft foot feet"`` as a mapping; ``_`` is a space; one form if both are the same."""
    found = {}
    for entry in text.split(","):
        name, one, *many = entry.split()
        found[name.replace("_", " ")] = (one.replace("_", " "), (many or [one])[0].replace("_", " "))
    return found


def _money(text: str) -> dict[str, tuple[str, str, str, str]]:
    found = {}
    for entry in text.split(","):
        names, one, many, part, parts = entry.split()
        for name in names.split("|"):
            found[name] = (one, many, part, parts)
    return found


_ENGLISH = Lexicon(
    point="point",
    minus="minus",
    percent="percent",
    through="to",
    dot="dot",
    at="at",
    signs={
        "&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at", "×": "times", "÷": "divided by",
        "±": "plus or minus", "≈": "about", "≠": "is not", "≤": "at most", "≥": "at least", "<": "less than",
        ">": "greater than", "°": "degrees", "§": "section", "№": "number", "€": "euros", "£": "pounds",
        "¥": "yen", "$": "dollars", "₹": "rupees", "¢": "cents", "∞": "infinity", "√": "the square root of",
        "∑": "the sum of", "µ": "micro", "‰": "per mille", "†": "", "−": "minus",
    },
    money=_money(
        "$|US$|USD dollar dollars cent cents, €|EUR euro euros cent cents, £|GBP pound pounds penny pence, "
        "¥|JPY yen yen sen sen, ₹|INR rupee rupees paisa paise, CHF franc francs centime centimes, "
        "A$|AUD dollar dollars cent cents, C$|CAD dollar dollars cent cents, ₩|KRW won won jeon jeon"
    ),
    large={"k": "thousand", "K": "thousand", "M": "million", "m": "million", "bn": "billion", "B": "billion",
           "T": "trillion", "thousand": "thousand", "million": "million", "billion": "billion",
           "trillion": "trillion"},
    units=_pairs(
        "km kilometer kilometers, m meter meters, cm centimeter centimeters, mm millimeter millimeters, "
        "nm nanometer nanometers, µm micrometer micrometers, mi mile miles, ft foot feet, yd yard yards, "
        "km² square_kilometer square_kilometers, m² square_meter square_meters, cm² square_centimeter "
        "square_centimeters, m³ cubic_meter cubic_meters, ft² square_foot square_feet, sqft square_foot "
        "square_feet, kg kilogram kilograms, g gram grams, mg milligram milligrams, lb pound pounds, "
        "lbs pound pounds, oz ounce ounces, l liter liters, L liter liters, ml milliliter milliliters, "
        "mL milliliter milliliters, tsp teaspoon teaspoons, tbsp tablespoon tablespoons, gal gallon gallons, "
        "kB kilobyte kilobytes, KB kilobyte kilobytes, MB megabyte megabytes, GB gigabyte gigabytes, "
        "TB terabyte terabytes, GiB gibibyte gibibytes, MiB mebibyte mebibytes, Mbps megabit_per_second "
        "megabits_per_second, Mbit/s megabit_per_second megabits_per_second, Gbps gigabit_per_second "
        "gigabits_per_second, MB/s megabyte_per_second megabytes_per_second, Hz hertz, kHz kilohertz, "
        "MHz megahertz, GHz gigahertz, W watt watts, kW kilowatt kilowatts, MW megawatt megawatts, "
        "kWh kilowatt_hour kilowatt_hours, V volt volts, mAh milliamp_hour milliamp_hours, A amp amps, "
        "mph mile_per_hour miles_per_hour, km/h kilometer_per_hour kilometers_per_hour, kph "
        "kilometer_per_hour kilometers_per_hour, m/s meter_per_second meters_per_second, kcal kilocalorie "
        "kilocalories, cal calorie calories, J joule joules, kJ kilojoule kilojoules, dB decibel decibels, "
        "bpm beat_per_minute beats_per_minute, fps frame_per_second frames_per_second, h hour hours, "
        "hr hour hours, hrs hour hours, min minute minutes, mins minute minutes, s second seconds, "
        "sec second seconds, secs second seconds, ms millisecond milliseconds, °C degree_Celsius "
        "degrees_Celsius, °F degree_Fahrenheit degrees_Fahrenheit, ° degree degrees, px pixel pixels, x time times"
    ),
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December"),
    clock="{h} {m}",
    full_hour="{h} o'clock",
    date="{month} {day}, {year}",
)  # fmt: skip

_GERMAN = Lexicon(
    point="Komma",
    minus="minus",
    percent="Prozent",
    through="bis",
    dot="Punkt",
    at="ät",
    signs={"&": "und", "+": "plus", "=": "gleich", "%": "Prozent", "@": "ät", "×": "mal", "÷": "geteilt durch",
           "°": "Grad", "§": "Paragraf", "€": "Euro", "$": "Dollar", "£": "Pfund", "<": "kleiner als",
           ">": "größer als", "≈": "etwa", "−": "minus"},
    money=_money("€|EUR Euro Euro Cent Cent, $|USD Dollar Dollar Cent Cent, £|GBP Pfund Pfund Pence Pence, "
                 "CHF Franken Franken Rappen Rappen"),
    large={"Millionen": "Millionen", "Million": "Million", "Milliarden": "Milliarden", "Mio": "Millionen"},
    units=_pairs("km Kilometer, m Meter, cm Zentimeter, mm Millimeter, kg Kilogramm, g Gramm, l Liter, L Liter, "
                 "ml Milliliter, GB Gigabyte, MB Megabyte, km/h Kilometer_pro_Stunde, °C Grad_Celsius, ° Grad, "
                 "min Minute Minuten, h Stunde Stunden, s Sekunde Sekunden, W Watt, kW Kilowatt, x mal"),
    months=("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
            "November", "Dezember"),
    clock="{h} Uhr {m}",
    full_hour="{h} Uhr",
    date="{day}r {month} {year}",
    swapped=True,
)  # fmt: skip

_FRENCH = Lexicon(
    point="virgule",
    minus="moins",
    percent="pour cent",
    through="à",
    dot="point",
    at="arobase",
    signs={"&": "et", "+": "plus", "=": "égale", "%": "pour cent", "@": "arobase", "×": "fois",
           "÷": "divisé par", "°": "degrés", "€": "euros", "$": "dollars", "£": "livres", "−": "moins"},
    money=_money("€|EUR euro euros centime centimes, $|USD dollar dollars cent cents, "
                 "£|GBP livre livres penny pence, CHF franc francs centime centimes"),
    large={"millions": "millions", "million": "million", "milliards": "milliards"},
    units=_pairs("km kilomètre kilomètres, m mètre mètres, cm centimètre centimètres, mm millimètre millimètres, "
                 "kg kilogramme kilogrammes, g gramme grammes, l litre litres, L litre litres, ml millilitre "
                 "millilitres, Go gigaoctet gigaoctets, km/h kilomètre_par_heure kilomètres_par_heure, "
                 "°C degré_Celsius degrés_Celsius, ° degré degrés, min minute minutes, h heure heures, "
                 "s seconde secondes, x fois"),
    months=("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
            "novembre", "décembre"),
    clock="{h} heures {m}",
    full_hour="{h} heures",
    date="{day} {month} {year}",
    swapped=True,
)  # fmt: skip

_SPANISH = Lexicon(
    point="coma",
    minus="menos",
    percent="por ciento",
    through="a",
    dot="punto",
    at="arroba",
    signs={"&": "y", "+": "más", "=": "igual a", "%": "por ciento", "@": "arroba", "×": "por",
           "÷": "dividido por", "°": "grados", "€": "euros", "$": "dólares", "£": "libras", "−": "menos"},
    money=_money("€|EUR euro euros céntimo céntimos, $|USD dólar dólares centavo centavos, "
                 "£|GBP libra libras penique peniques"),
    large={"millones": "millones", "millón": "millón"},
    units=_pairs("km kilómetro kilómetros, m metro metros, cm centímetro centímetros, mm milímetro milímetros, "
                 "kg kilo kilos, g gramo gramos, l litro litros, L litro litros, ml mililitro mililitros, "
                 "GB gigabyte gigabytes, km/h kilómetro_por_hora kilómetros_por_hora, °C grado_Celsius "
                 "grados_Celsius, ° grado grados, min minuto minutos, h hora horas, s segundo segundos, "
                 "x por"),
    months=("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre"),
    clock="{h} y {m}",
    full_hour="{h} en punto",
    date="{day} de {month} de {year}",
    swapped=True,
)  # fmt: skip

_ITALIAN = Lexicon(
    point="virgola",
    minus="meno",
    percent="per cento",
    through="a",
    dot="punto",
    at="chiocciola",
    signs={"&": "e", "+": "più", "=": "uguale", "%": "per cento", "@": "chiocciola", "×": "per",
           "÷": "diviso", "°": "gradi", "€": "euro", "$": "dollari", "£": "sterline", "−": "meno"},
    money=_money("€|EUR euro euro centesimo centesimi, $|USD dollaro dollari centesimo centesimi, "
                 "£|GBP sterlina sterline penny pence"),
    large={"milioni": "milioni", "milione": "milione", "miliardi": "miliardi"},
    units=_pairs("km chilometro chilometri, m metro metri, cm centimetro centimetri, mm millimetro millimetri, "
                 "kg chilo chili, g grammo grammi, l litro litri, L litro litri, ml millilitro millilitri, "
                 "GB gigabyte, km/h chilometro_orario chilometri_orari, °C grado_Celsius gradi_Celsius, "
                 "° grado gradi, min minuto minuti, h ora ore, s secondo secondi, x per"),
    months=("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
            "ottobre", "novembre", "dicembre"),
    clock="{h} e {m}",
    full_hour="{h} in punto",
    date="{day} {month} {year}",
    swapped=True,
)  # fmt: skip

LEXICONS: Mapping[str, Lexicon] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "it": _ITALIAN,
}
