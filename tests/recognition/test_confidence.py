"""Confidences are honest about order: what is clearer is surer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.recognition.beam import BeamSearch, BeamSettings, Reading
from govor.recognition.confidence import Calibration, Evidence, clarity, confidence, evidence, support
from tests.recognition import made

nats = st.floats(-50, 0)
CALIBRATION = Calibration(clarity=1.0)


@made.BOUNDED
@given(nats, nats, st.floats(0, 1))
def test_confidences_are_probabilities(posterior: float, ratio: float, share: float) -> None:
    assert 0 <= confidence(Evidence(posterior, ratio, share, posterior), CALIBRATION) <= 1


@pytest.mark.parametrize(
    ("clear", "unclear"),
    [
        (Evidence(-0.1, 0.0, 1.0, -0.1), Evidence(-2.0, 0.0, 1.0, -0.1)),
        (Evidence(-0.1, 0.0, 1.0, -0.1), Evidence(-0.1, -3.0, 1.0, -0.1)),
        (Evidence(-0.1, 0.0, 1.0, -0.1), Evidence(-0.1, 0.0, 0.3, -0.1)),
        (Evidence(-0.1, 0.0, 1.0, -0.1), Evidence(-0.1, 0.0, 1.0, -0.9)),
    ],
)
def test_what_is_clearer_is_surer(clear: Evidence, unclear: Evidence) -> None:
    assert confidence(clear, CALIBRATION) > confidence(unclear, CALIBRATION)


def test_evidence_looks_at_the_frames_of_the_word() -> None:
    table = made.spoken("да", sure=0.8)
    posterior, ratio = evidence(table, [5, 1], [0, 3], [2, 5])
    assert posterior == pytest.approx(-0.2231, abs=1e-3)
    assert ratio == 0


def test_clarity_is_that_of_the_frames_that_are_not_blank() -> None:
    table, blank = made.spoken("да", sure=0.8), made.VOCABULARY.blank
    table[table.argmax(axis=1) == blank, blank] = -0.01
    assert clarity(table, blank) == pytest.approx(-0.2231, abs=1e-3)
    assert clarity(table[table.argmax(axis=1) == blank], blank) == 0


def test_support_is_the_share_of_the_readings_that_have_the_word() -> None:
    readings = [
        Reading("мама мыла", (), 0.0),
        Reading("мама мыло", (), -1.0986123),
        Reading("мама", (), -99.0),
    ]
    assert support("мама", readings) == pytest.approx(1)
    assert support("мыла", readings) == pytest.approx(0.75)
    assert support("окно", readings) == 0


def test_a_doubtful_letter_makes_a_doubtful_word() -> None:
    search = BeamSearch(made.VOCABULARY, made.language(), BeamSettings())
    clear, doubtful = made.spoken("рама", sure=0.95), made.spoken("рама", sure=0.3)
    shares = [support("рама", search.readings([table])[0]) for table in (clear, doubtful)]
    assert shares[0] > shares[1]
