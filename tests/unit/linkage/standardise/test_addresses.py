import pytest

from linkage.standardise.address_words import AddressWords
from linkage.standardise.addresses import AddressReader, RawAddress
from linkage.standardise.places import Places


@pytest.fixture(scope="module")
def reader():
    return AddressReader(AddressWords.load(), Places.load())


LAREDO = ("Laredo", "TX", None, "US")
NUEVO_LAREDO = ("Nuevo Laredo", "TAM", None, "MX")
MONTREAL = ("Montréal", "QC", None, "CA")
NOWHERE = (None, None, None, None)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("123 Main Street, Las Vegas NV 89132", *NOWHERE), ("123 MAIN ST", "Las Vegas", "Nevada", "89132", "US")),
        (("1450 N City Rd Suite 900", *LAREDO), ("Suite 900, 1450 North City Road", *LAREDO)),
        (("1450 N City Rd #900", *LAREDO), ("1450 N. City Rd., Ste 900", *LAREDO)),
        (("638 Downey St, Salem, OR", *NOWHERE), ("Adventura Aparments 638 Downey St, Salem, OR", *NOWHERE)),
        (("9304 W. 15th St", "La Blanca", "FL", "60527", "US"), ("9304 W. 15th St La Blanca, FL 60527", *NOWHERE)),
        (("P.O. Box 1234", *LAREDO), ("PO BOX 1234", *LAREDO)),
        (("100 Fifth Ave", *LAREDO), ("100 5th Avenue", *LAREDO)),
        (("12 St James St", *LAREDO), ("12 Saint James Street", *LAREDO)),
        (
            ("80 Delaware Ave SE Washington DC 40040", *NOWHERE),
            ("80 Delaware Avenue SE", "Washington", "DC", None, "US"),
        ),
        (("Ansbacher Strasse 23, 56422 Dusseldorf", *NOWHERE), ("23 Ansbacher Street", "Düsseldorf", None, None, "DE")),
        (("#321, Street 128", "Phnom Penh", None, None, "KH"), ("No 321, Street 128 Phnom Penh Cambodia", *NOWHERE)),
        (("4 Hillview Rise", None, None, "667979", "SG"), ("#01-11, HillV2, 4 Hillview Rise, 667979", *NOWHERE)),
        (("77 rue des Aulnes", *MONTREAL), ("77, RUE DES AULNES", *MONTREAL)),
        (("5-123 boul. St-Laurent", *MONTREAL), ("123 Boulevard Saint-Laurent app. 5", *MONTREAL)),
        (("77 ch. du Lac", *MONTREAL), ("77 chemin du Lac", "Montreal", "Québec", "H2X 3Y7", "CA")),
        (("Calle 5 de Mayo 214", *NUEVO_LAREDO), ("5 DE MAYO #214", *NUEVO_LAREDO)),
        (("Calle 12 #214 Int. 3", *NUEVO_LAREDO), ("C. 12 No. 214 Interior 3", *NUEVO_LAREDO)),
        (("Dr. Mier 1200, Centro", *NUEVO_LAREDO), ("DR MIER NUM 1200 COL CENTRO", "NVO LAREDO", "Tamps", None, "MX")),
        (("Mz 4 Lt 12 Col. Centro", *NUEVO_LAREDO), ("Manzana 4 Lote 12, Colonia Centro", *NUEVO_LAREDO)),
        (
            ("Hidalgo 100, Col. Centro, Cd. Juárez, Chih., México", *NOWHERE[:3], "MX"),
            ("Calle Hidalgo 100, Col. Centro", "Juarez", "Chihuahua", None, "MX"),
        ),
        (
            ("Av. Juárez 10, Col. Centro", "CDMX", None, None, "MX"),
            ("Avenida Juárez 10, Centro", "Ciudad de México", None, None, "MX"),
        ),
    ],
)
def test_spellings_of_one_door(reader, first, second):
    key = reader.read(RawAddress(*first)).key
    assert key is not None
    assert key == reader.read(RawAddress(*second)).key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("214-B Main St", *LAREDO), ("214 Main St", *LAREDO)),
        (("214 Main St", *LAREDO), ("214 Main Ave", *LAREDO)),
        (("214 N Main St", *LAREDO), ("214 S Main St", *LAREDO)),
        (("214 Main St Apt 1", *LAREDO), ("214 Main St Apt 2", *LAREDO)),
        (("214 Main St", *LAREDO), ("214 Main St", "Laredo", "MO", None, "US")),
        (("Hidalgo 100, Col. Centro", *NUEVO_LAREDO), ("Hidalgo 100, Col. Juárez", *NUEVO_LAREDO)),
        (("160 Brenville Pl", *LAREDO), ("1602 Brenville Pl", *LAREDO)),
    ],
)
def test_two_doors(reader, first, second):
    assert reader.read(RawAddress(*first)).key != reader.read(RawAddress(*second)).key


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Calle Violeta S/N, Col. Los Fresnos", NUEVO_LAREDO),
        ("Violeta s/n", NUEVO_LAREDO),
        ("C. VIOLETA SIN NUMERO COL LOS FRESNOS", NUEVO_LAREDO),
        ("Domicilio conocido", NUEVO_LAREDO),
        ("General Delivery", LAREDO),
        ("Main Street", LAREDO),
        ("12 Elm", NOWHERE),
        ("", LAREDO),
        ("!!!", LAREDO),
    ],
)
def test_no_door(reader, text, place):
    assert reader.read(RawAddress(text, *place)).key is None


def test_the_state_comes_from_the_postal_code_where_it_is_not_given(reader):
    stated = reader.read(RawAddress("705 Sheppard Ave", "Toronto", "ON", None, "CA"))
    assert (
        reader.read(RawAddress("Skyline Apartments, 705 Sheppard Ave", "Toronto", None, "M1S 1T4", "CA")).key
        == stated.key
    )


def test_words_for_comparison_are_sorted_and_hold_no_city(reader):
    assert reader.read(RawAddress("1515 Adela Ln", "Las Vegas", "NV", "89111", "US")).near == "1515 ADELA LN"


@pytest.mark.parametrize(
    ("city", "key"),
    [
        ("Nvo. Laredo", "NUEVO LAREDO"),
        ("Cd. Victoria", "VICTORIA"),
        ("H. Matamoros", "MATAMOROS"),
        ("St. Louis", "SAINT LOUIS"),
        ("Ft Worth", "FORT WORTH"),
        ("Trois-Rivières", "TROIS RIVIERES"),
    ],
)
def test_cities(reader, city, key):
    assert reader.read(RawAddress(None, city)).city == key
