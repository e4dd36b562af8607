import pytest

from linkage.standardise.name_tables import NameTables
from linkage.standardise.names import NameReader, RawName
from linkage.standardise.organisations import OrganisationNames


@pytest.fixture(scope="module")
def reader():
    return NameReader(NameTables.load())


def read(reader, **parts):
    name = reader.read(RawName(**parts))
    return name.given, name.surname, name.suffix


@pytest.mark.parametrize(
    ("parts", "given", "surname"),
    [
        ({"given": "Ulises", "surname": "Quintanar", "second": "Ibarra"}, "ULISES", "QUINTANAR IBARRA"),
        ({"given": "Saul", "surname": "Bermea-Garibay"}, "SAUL", "BERMEA GARIBAY"),
        ({"given": "Tomás", "surname": "de la Garza", "second": "Ruelas"}, "TOMAS", "GARZA RUELAS"),
        ({"given": "Tomas", "surname": "Delagarza"}, "TOMAS", "GARZA"),
        ({"given": "Inés", "surname": "del Valle Otero"}, "INES", "VALLE OTERO"),
        ({"given": "Rosa", "surname": "de la O"}, "ROSA", "O"),
        ({"given": "Ma. Zoraida", "surname": "Ledezma"}, "MARIA ZORAIDA", "LEDEZMA"),
        ({"given": "Ma Zoraida", "surname": "Ledezma"}, "MARIA ZORAIDA", "LEDEZMA"),
        ({"given": "True", "surname": "Ma"}, "TRUE", "MA"),
        ({"given": "Ma", "surname": "Lin"}, "MA", "LIN"),
        ({"given": "J. Refugio", "surname": "Arrambide"}, "J REFUGIO", "ARRAMBIDE"),
        ({"given": "María del Carmen", "surname": "Ozuna"}, "MARIA CARMEN", "OZUNA"),
        ({"given": "La Toya", "surname": "Jackson"}, "LATOYA", "JACKSON"),
        ({"given": "Íñigo", "surname": "Núñez", "second": "Peña"}, "INIGO", "NUNEZ PENA"),
        ({"given": "Leo", "surname": "MUÃ‘IZ"}, "LEO", "MUNIZ"),
        ({"given": "Leo", "surname": "MuÃ±iz"}, "LEO", "MUNIZ"),
        ({"given": "Leo", "surname": "Mu#iz"}, "LEO", "MUNIZ"),
        ({"given": "Leo", "surname": "MUNXXIZ"}, "LEO", "MUNIZ"),
        ({"given": "Leo", "surname": "P?rez"}, "LEO", "PEREZ"),
        ({"given": "VÃ?CTOR ?NGEL", "surname": "GARCÃ\ufffdA"}, "VICTOR ANGEL", "GARCIA"),
        ({"given": "Fco. Javier", "surname": "Hdez."}, "FRANCISCO JAVIER", "HERNANDEZ"),
        ({"given": "Gpe", "surname": "Rosas"}, "GUADALUPE", "ROSAS"),
        ({"given": "Mhd", "surname": "Antoun"}, "MOHAMED", "ANTOUN"),
        ({"given": "Jean-Étienne", "surname": "St-Onge"}, "JEAN ETIENNE", "SAINTONGE"),
        ({"given": "J.-É.", "surname": "St. Onge"}, "J E", "SAINTONGE"),
        ({"given": "JEAN ETIENNE", "surname": "SAINT ONGE"}, "JEAN ETIENNE", "SAINTONGE"),
        ({"given": "Jean", "surname": "Onge"}, "JEAN", "ONGE"),
        ({"given": "Ellie", "surname": "O'Hare"}, "ELLIE", "OHARE"),
        ({"given": "Ellie", "surname": "D’Amours"}, "ELLIE", "DAMOURS"),
        ({"given": "Ellie", "surname": "O Hare"}, "ELLIE", "OHARE"),
        ({"given": "Angus", "surname": "Mc Donald"}, "ANGUS", "MCDONALD"),
        ({"given": "Guy", "surname": "Le Blanc"}, "GUY", "LEBLANC"),
        ({"given": "Hoa", "surname": "Le"}, "HOA", "LE"),
        ({"given": "Zoë", "surname": "Œuvrard"}, "ZOE", "OEUVRARD"),
        ({"given": "Guy", "surname": "Hudon dit Beaulieu"}, "GUY", "HUDON"),
        ({"given": "FNU", "surname": "Quirino"}, None, "QUIRINO"),
        ({"surname": "NO NAME GIVEN Sandhu"}, None, "SANDHU"),
        ({"given": "Dr. Mary", "surname": "Kusha "}, "MARY", "KUSHA"),
        ({"given": "+1", "surname": "-2"}, None, None),
        ({"given": "Christopher", "surname": "Null"}, "CHRISTOPHER", "NULL"),
        ({"given": "Nan", "surname": "Nan"}, "NAN", "NAN"),
        ({"given": "Maria Luis", "surname": "M Sentosa"}, "MARIA LUIS", "M SENTOSA"),
    ],
)
def test_columns(reader, parts, given, surname):
    assert read(reader, **parts)[:2] == (given, surname)


@pytest.mark.parametrize(
    ("parts", "given", "surname"),
    [
        ({"surname": "OYELARAN BECK, TUNDE J"}, "TUNDE J", "OYELARAN BECK"),
        ({"full": "Jones, Kaylee"}, "KAYLEE", "JONES"),
        ({"full": "Susan Meyer"}, "SUSAN", "MEYER"),
        ({"full": "Rosemay A Thomas"}, "ROSEMAY A", "THOMAS"),
        ({"full": "QUINTANAR IBARRA ULISES", "is_mexican": True}, "ULISES", "QUINTANAR IBARRA"),
        ({"full": "Ulises Quintanar Ibarra", "is_mexican": True}, "ULISES", "QUINTANAR IBARRA"),
        ({"surname": "HERNANDEZ LOPEZ JUAN CARLOS"}, "JUAN CARLOS", "HERNANDEZ LOPEZ"),
        ({"given": "Juan Carlos Hernandez"}, "JUAN CARLOS", "HERNANDEZ"),
        ({"given": "OYELARAN-BECK", "surname": "T J"}, "T J", "OYELARAN BECK"),
        ({"given": "Shaw", "surname": "Daniella"}, "DANIELLA", "SHAW"),
        ({"full": "Wang Jie"}, "JIE", "WANG"),
        ({"native": "王杰"}, "JIE", "WANG"),
        ({"native": "张秀英"}, "XIU YING", "ZHANG"),
        ({"native": "ВАСИЛЬЕВ, Александр Павлович"}, "ALEKSANDR PAVLOVICH", "VASILEV"),
        ({"full": "Alexander Pavlovich Vasiliev"}, "ALEXANDER PAVLOVICH", "VASILIEV"),
        ({"full": "PENAFLORIDA<IBARBURUGOITIA<<XIMENA<GUAD"}, "XIMENA GUAD", "PENAFLORIDA IBARBURUGOITIA"),
        ({"given": "Beau"}, "BEAU", None),
        ({"surname": "Andreason"}, None, "ANDREASON"),
    ],
)
def test_order_and_whole_names(reader, parts, given, surname):
    assert read(reader, **parts)[:2] == (given, surname)


@pytest.mark.parametrize(
    ("parts", "suffix"),
    [
        ({"given": "Wendell P", "surname": "Halvorsen Jr"}, "JR"),
        ({"given": "WENDELL P JR", "surname": "HALVORSEN"}, "JR"),
        ({"given": "Wendell P", "surname": "Halvorsen Sr."}, "SR"),
        ({"given": "David", "surname": "Dobbins Senior"}, "SR"),
        ({"given": "Morris II", "surname": "Klein"}, "II"),
        ({"given": "Morris I", "surname": "Klein"}, "I"),
        ({"given": "Ciro", "surname": "Montoya", "second": "Lerma Hijo"}, "JR"),
        ({"given": "Ciro", "surname": "Montoya (h.)"}, "JR"),
        ({"given": "Guy", "surname": "Roy fils"}, "JR"),
        ({"given": "Guy", "surname": "Roy, Jr."}, "JR"),
        ({"given": "Guy", "surname": "Roy", "suffix": "III"}, "III"),
        ({"given": "Pere", "surname": "Padre"}, None),
        ({"given": "Junior", "surname": "Senior"}, None),
        ({"given": "Sr. Juan", "surname": "Perez"}, None),
    ],
)
def test_suffixes(reader, parts, suffix):
    assert read(reader, **parts)[2] == suffix


def test_a_suffix_leaves_the_name(reader):
    assert read(reader, given="WENDELL P JR", surname="HALVORSEN Sr")[:2] == ("WENDELL P", "HALVORSEN")


@pytest.mark.parametrize(
    ("parts", "alternative"),
    [
        ({"given": "Lucretia", "surname": "Van Houten"}, "LUCRETIA|VANHOUTEN"),
        ({"given": "Guy", "surname": "Hudon dit Beaulieu"}, "GUY|BEAULIEU"),
        ({"given": "Lorena", "surname": "Cisneros de Alcocer", "is_female": True}, "LORENA|ALCOCER"),
        ({"given": "Cruz", "surname": "Miguel"}, "MIGUEL|CRUZ"),
        ({"given": 'Robert "Bob"', "surname": "Smith"}, "BOB|SMITH"),
        ({"given": "J. Refugio", "surname": "Arrambide", "is_mexican": True}, "JOSE REFUGIO|ARRAMBIDE"),
        ({"given": "Howard", "surname": "Hughes", "alias": "Howie; H. R. Hughes"}, "HOWIE|HUGHES"),
        ({"given": "Anastassia", "surname": "Alexopoulos", "email_name": "Nastassia"}, "NASTASSIA|ALEXOPOULOS"),
        ({"given": "Jie", "surname": "Wang", "native": "王杰明"}, "JIE MING|WANG"),
        ({"given": "Nadia", "surname": "Garciaprado"}, "NADIA|GARCIA PRADO"),
        ({"given": "Berenice Castro", "surname": "Zaldo"}, "BERENICE|CASTRO ZALDO"),
        ({"given": "FNU", "surname": "Quirino"}, "QUIRINO|"),
        ({"given": "Quirino"}, "|QUIRINO"),
        ({"full": "Susan Meyer Thomas"}, "SUSAN|MEYER THOMAS"),
    ],
)
def test_other_readings_are_kept(reader, parts, alternative):
    name = reader.read(RawName(**parts))
    assert alternative in (*name.alternatives, f"{name.given or ''}|{name.surname or ''}")


def test_kindred_spellings_of_one_letter_are_one(reader):
    assert read(reader, native="ВАСІЛЬЕЎ, Аляксандр Паўлавіч")[:2] == ("ALYAKSANDR PAVLAVICH", "VASILEV")


def test_a_married_name_leaves_the_birth_surname(reader):
    assert read(reader, given="Lorena", surname="Cisneros de Alcocer", is_female=True)[1] == "CISNEROS"
    assert read(reader, given="Juan", surname="Ponce de León")[1] == "PONCE LEON"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Transportes del Norte, S.A. de C.V.", ("TRANSPORTES NORTE",)),
        ("TRANSPORTES DEL NORTE S A DE C V", ("TRANSPORTES NORTE",)),
        ("Three Rivers Haulage, L.L.C.", ("THREE RIVERS HAULAGE",)),
        ("J. B. Smith Trucking Co., Inc.", ("JB SMITH TRUCKING",)),
        ("Camionnage Roy & Fils Ltée", ("CAMIONNAGE ROY FILS",)),
        ("Big Rig LLC d/b/a Fast Freight", ("BIG RIG", "FAST FREIGHT")),
        ("Hajah Mamunah (Jln Pisang)", ("HAJAH MAMUNAH", "HAJAH MAMUNAH JLN PISANG")),
        ("Müllenkranz GmbH", ("MULLENKRANZ",)),
        ("The Company", ("COMPANY",)),
        ("O'Hare Big Rigs", ("OHARE BIG RIGS",)),
    ],
)
def test_organisations(text, names):
    assert OrganisationNames.load().read(text) == names


@pytest.mark.parametrize(
    ("parts", "given", "surname", "alternative"),
    [
        ({"given": "Gurpreet Singh", "surname": "Dhaliwal"}, "GURPREET SINGH", "DHALIWAL", None),
        ({"given": "Gurpreet", "surname": "Singh Dhaliwal"}, "GURPREET SINGH", "DHALIWAL", None),
        ({"given": "Gurpreet", "surname": "Singh"}, "GURPREET", "SINGH", "GURPREET SINGH|"),
        ({"given": "Raninder", "surname": "S"}, "RANINDER", "S", "RANINDER S|"),
    ],
)
def test_singh_is_a_middle_name_beside_a_surname_and_may_be_one_without(reader, parts, given, surname, alternative):
    assert read(reader, **parts)[:2] == (given, surname)
    assert alternative is None or alternative in reader.read(RawName(**parts)).alternatives
