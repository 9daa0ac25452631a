"""What a caller should know of the model that will serve a task, though the task is accepted. No I/O."""

from govor.recognition import drivers, languages
from govor.recognition.drivers import ctc
from govor.recognition.model_folder import Model
from govor.records import Task

BASIC = "basic"  # in a model's settings: better than nothing


def of(task: Task, model: object) -> tuple[str, ...]:
    """Warnings, in ASCII; none for a model that is not of our kind."""
    if not isinstance(model, Model):
        return ()
    found = []
    if task.language == languages.AUTO and len(model.languages) == 1:
        only = model.languages[0]
        found.append(f"auto: {model.name} is the only model here, everything is taken for {only}")
    if task.language in model.languages and model.config.get("quality") == BASIC:
        found.append(f"recognition of {task.language} is basic here ({model.name})")
    if task.hot_words and not expects(model):
        found.append(f"hot words are ignored: {model.name} cannot be told of them")
    return tuple(found)


def expects(model: Model) -> bool:
    """Whether hot words have an effect: where our own search runs, for `auto` in one of its models."""
    searching = (each for each in model.config.get(drivers.MEMBERS, (model,)) if each.driver == drivers.CTC)
    return any(ctc.has_language(each.folder, each.config) for each in searching)
