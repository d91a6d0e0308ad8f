"""The table of hostile and broken uploads: what each holds and how the sentence begins that must answer it."""

import pickle
import tarfile
from collections.abc import Callable
from typing import NamedTuple

from tests.worker.inspection import hostile, uploads
from tests.worker.inspection.hostile import graph, reference, runs_text
from tests.worker.inspection.uploads import (
    columns,
    flowers,
    mlflow_files,
    onnx_bytes,
    skops_bytes,
    tar_bytes,
    zip_bytes,
)


class Case(NamedTuple):
    reason: str
    artifact: Callable[[], bytes] = skops_bytes
    rows: Callable[[], bytes] = reference
    timeout_s: float = 30


def artifact(reason: str, made: Callable[[], bytes]) -> Case:
    return Case(reason, made)


def rows(reason: str, made: Callable[[], bytes]) -> Case:
    return Case(reason, rows=made)


def spawning() -> str:
    return "import os\nwhile True:\n    os.fork()"


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[: middle - 300] + bytes(600) + content[middle + 300 :]


BROKEN = {
    "empty": artifact("The model file is empty.", bytes),
    "text": artifact("The model file is text.", lambda: b"hello, this is my model"),
    "noise": artifact("The model file is of no format that is known here.", lambda: bytes(range(256)) * 9),
    "Keras": artifact("The model file is an HDF5 file, as Keras writes it.", lambda: b"\x89HDF\r\n\x1a\n" + bytes(99)),
    "a picture of a program": artifact("The model file is a program.", lambda: b"\x7fELF" + bytes(99)),
    "a Git LFS pointer": artifact(
        "The model file is a pointer of Git LFS, not the file itself.",
        lambda: b"version https://git-lfs.github.com/spec/v1\n",
    ),
    "skops, cut off": artifact(
        "The model file begins as a zip archive, but is damaged or cut off.", lambda: skops_bytes()[:-200]
    ),
    "skops, the middle gone": artifact("The file cannot be loaded: ", lambda: damaged(skops_bytes())),
    "ONNX, cut off": artifact(
        "The model file begins as ONNX, but is damaged or cut off.", lambda: onnx_bytes()[: len(onnx_bytes()) // 2]
    ),
    "tar.gz, cut off": artifact(
        "The archive is damaged or cut off: ", lambda: tar_bytes({"m": skops_bytes()})[:-400]
    ),
    "a pickle named model.skops": artifact(
        "The model file is a pickle, which can run any program while it is opened. It was not opened.",
        runs_text(f"open({hostile.MARK!r}, 'w')"),
    ),
    "a pickle in a zip": artifact(
        "The model file is a pickle, which can run any program while it is opened. It was not opened.",
        lambda: zip_bytes({"model.skops": runs_text("1")()}),
    ),
    "a compressed pickle": artifact(
        "The model file is a pickle, which can run any program while it is opened. It was not opened.",
        lambda: uploads.joblib_bytes(compress=("zlib", 3)),
    ),
}  # fmt: skip

ARCHIVES = {
    "../": artifact("The archive holds '../x', which leads out of the archive.", lambda: zip_bytes({"../x": b"1"})),
    "absolute": artifact("The archive holds '/etc/x', which is an absolute path.", lambda: zip_bytes({"/etc/x": b""})),
    "tar ../": artifact("The archive holds '../x', which leads out of the archive.", lambda: tar_bytes({"../x": b""})),
    "backslash": artifact(
        "The archive holds '..\\\\x', which is no name of a file here.", lambda: tar_bytes({"..\\x": b""})
    ),
    "a link in a zip": artifact("The archive holds 'model.skops', which is a symbolic link.", hostile.zip_link),
    "a link": artifact(
        "The archive holds 'model.skops', which is a symbolic link.",
        lambda: hostile.linked(tarfile.SYMTYPE, "/etc/passwd"),
    ),
    "a hard link": artifact(
        "The archive holds 'model.skops', which is a hard link.", lambda: hostile.linked(tarfile.LNKTYPE, "/etc/passwd")
    ),
    "a device": artifact(
        "The archive holds 'model.skops', which is a device.", lambda: hostile.linked(tarfile.CHRTYPE, "")
    ),
    "a pipe": artifact(
        "The archive holds 'model.skops', which is a device.", lambda: hostile.linked(tarfile.FIFOTYPE, "")
    ),
    "a name twice": artifact("The archive holds 'model.skops', which is there twice.", hostile.zip_twice),
    "encrypted": artifact("The archive is encrypted.", hostile.encrypted),
    "100,000 entries": artifact(
        "The archive has more than 10,000 entries.", lambda: zip_bytes({str(number): b"" for number in range(100_000)})
    ),
    "a bomb": artifact(
        "The archive unpacks to more than 200 times its own size, as a bomb does.", lambda: hostile.bomb("m")
    ),
    "a skops bomb": artifact(
        "The archive unpacks to more than 200 times its own size, as a bomb does.", hostile.bomb
    ),
    "a tar bomb": artifact(
        "The archive unpacks to more than 200 times its own size, as a bomb does.",
        lambda: tar_bytes({"m": bytes(60_000_000)}, "w:xz"),
    ),
    "nested": artifact(
        "The archive holds an archive in an archive.",
        lambda: zip_bytes({"a.zip": zip_bytes({"b.zip": zip_bytes({"m": skops_bytes()})})}),
    ),
    "no model": artifact("The archive holds no model, only 'readme.txt'.", lambda: zip_bytes({"readme.txt": b"hello"})),
    "no files": artifact("The archive holds no files.", lambda: zip_bytes({})),
    "two models": artifact(
        "The archive holds 2 models: 'a.skops', 'b.onnx'.",
        lambda: zip_bytes({"a.skops": skops_bytes(), "b.onnx": onnx_bytes()}),
    ),
}  # fmt: skip

SKOPS = {
    "a forged tree": artifact("A tree of the model's DecisionTreeClassifier is damaged or forged", hostile.forged_tree),
    "a foreign class": artifact("The file holds types that this box does not run: ", hostile.with_class),
    "a foreign function": artifact(
        "The file holds types that this box does not run: os.system.",
        lambda: hostile.forged_schema(__class__="system", __module__="os", __loader__="FunctionNode"),
    ),
    "several outputs": artifact("The model gives 2 answers to each row.", hostile.several_outputs),
}  # fmt: skip

GRAPHS = {
    "another file": artifact("The ONNX graph keeps its tensor 'outside' in another file.", graph(hostile.external)),
    "a huge initializer": artifact(
        "The ONNX graph claims a tensor 'huge' of 1,099,511,627,776 elements.", graph(hostile.huge)
    ),
    "an empty claim": artifact(
        "The ONNX graph's tensor 'claim' does not hold what it claims.", graph(hostile.empty_claim)
    ),
    "a custom operator": artifact("The ONNX graph uses operators of the domain 'com.evil'.", graph(hostile.custom)),
    "a loop": artifact("The ONNX graph uses the operator Loop, which may run for ever.", graph(hostile.looping)),
    "another file in a branch of no operators": artifact(
        "The ONNX graph keeps its tensor 'outside' in another file.", graph(hostile.branching)
    ),
    "another file in a sparse constant": artifact(
        "The ONNX graph keeps its tensor 'outside' in another file.", graph(hostile.sparse)
    ),
    "a huge sparse claim": artifact(
        "The ONNX graph claims a tensor 'claim' of 1,099,511,627,776 elements.", graph(hostile.sparse_claim)
    ),
    "a training": artifact("The ONNX graph brings a training of its own.", graph(hostile.training)),
    "functions": artifact("The ONNX graph brings 1 functions of its own.", graph(hostile.functions)),
    "a deep nest": artifact("The ONNX graph is nested too deep.", graph(hostile.nested)),
    "a growing tensor": artifact(
        "The ONNX graph makes a tensor of 1,099,511,627,776 elements with the operator ConstantOfShape.",
        graph(hostile.growing),
    ),
    "one row only": artifact("The graph's input 'X' takes exactly 1 rows at a time.", graph(hostile.one_row)),
    "images": artifact("onnxruntime cannot run the graph: ", graph(hostile.image)),
    "a tree in a circle": artifact(
        "A tree of the ONNX graph is damaged or forged: its nodes form a circle.", hostile.tree_circle
    ),
}  # fmt: skip

PACKAGES = {
    "another flavour": artifact("The MLflow model is of the flavour 'xgboost'.", hostile.foreign_flavor),
    "a model that is not there": artifact(
        "The archive lacks the model file 'model.skops' that it names.",
        lambda: zip_bytes({"MLmodel": mlflow_files("model.skops", b"")["MLmodel"]}),
    ),
    "a path out of the package": artifact(
        "The archive lacks the model file '../../../etc/passwd' that it names.",
        lambda: zip_bytes({"MLmodel": mlflow_files("../../../etc/passwd", b"")["MLmodel"]}),
    ),
    "a signature of other columns": artifact(
        "The MLflow signature names the input 'height', which the model does not take.",
        lambda: zip_bytes(mlflow_files("model.skops", skops_bytes(), [{"type": "double", "name": "height"}])),
    ),
    "a signature of other types": artifact(
        "The MLflow signature says that 'petal_width' is whole numbers; row 1 of the reference data has 0.2.",
        lambda: zip_bytes(mlflow_files("model.skops", skops_bytes(), columns(petal_width="long"))),
    ),
    "no YAML": artifact(
        "The file MLmodel of the archive cannot be read: ", lambda: zip_bytes({"MLmodel": b"\t: [", "m": skops_bytes()})
    ),
    "another framework": artifact(
        "The BentoML model is of the framework 'bentoml.pytorch'.",
        lambda: tar_bytes(uploads.bento_files("bentoml.pytorch"), "w:xz"),
    ),
}  # fmt: skip

REFERENCES = {
    "no bytes": rows("The reference data is empty.", bytes),
    "no rows": rows("The reference data has a header, but no rows.", lambda: reference().splitlines()[0]),
    "other columns": rows(
        "The reference data lacks the model's column 'petal_width'.",
        lambda: flowers().rename(columns={"petal_width": "width"}).to_csv(index=False).encode(),
    ),
    "a column twice": rows(
        "The reference data has the column 'petal_width' more than once.",
        lambda: reference().replace(b"petal_length", b"petal_width", 1),
    ),
    "words for numbers": rows(
        "The model cannot answer row 1 of the reference data: ", lambda: reference(petal_width="wide")
    ),
    "one word among numbers": rows(
        "Column 'petal_width' of the reference data holds numbers, but 'wide' in row 1.",
        lambda: reference(petal_width=["wide", *map(str, range(149))]),
    ),
    "UTF-16": rows("The reference data is UTF-16, not UTF-8.", lambda: reference().decode().encode("utf-16")),
    "Latin-1": rows(
        "The reference data is not UTF-8: line 2 has the byte 0xe9.",
        lambda: reference(petal_width="é").decode().encode("latin-1"),
    ),
    "semicolons": rows(
        "The columns of the reference data are separated by semicolons.", lambda: reference().replace(b",", b";")
    ),
    "a spreadsheet": rows(
        "The reference data is a zip archive or a spreadsheet, neither CSV nor Parquet.", lambda: zip_bytes({"xl": b""})
    ),
    "a pickle": rows("The reference data is a pickle, which is not opened.", lambda: pickle.dumps(flowers())),
    "rows of other lengths": rows(
        "Row 2 of the reference data has 6 cells, the header 5 names.",
        lambda: reference().replace(b"\n", b",\n", 3).replace(b",\n", b"\n", 2),
    ),
    "another label": rows(
        "The target 'target' is '9' in row 1, which the model cannot answer.", lambda: reference(target=9)
    ),
    "2.1 GB": rows("The reference data is 2.1 GB; at most 2 GB are read.", lambda: b"2.1 GB"),
}  # fmt: skip

PICKLES = {
    "writes a file": artifact(
        "The pickle cannot be opened: PermissionError: ", runs_text(f"open({hostile.MARK!r}, 'w').write('x')")
    ),
    "reads a secret": artifact(
        "The pickle cannot be opened: PermissionError: ", runs_text("open('/root/.profile').read()")
    ),
    "opens a socket": artifact(
        "The pickle cannot be opened: PermissionError: ",
        runs_text("import socket\nsocket.create_connection(('127.0.0.1', 1))"),
    ),
    "forks for ever": artifact("The pickle cannot be opened: PermissionError: ", runs_text(spawning())),
    "runs a program": artifact(
        "The pickle cannot be opened: PermissionError: ", runs_text("import os\nos.posix_spawn('/bin/true', ['a'], {})")
    ),
    "kills its parent": artifact(
        "The pickle cannot be opened: PermissionError: ", runs_text("import os\nos.kill(os.getppid(), 9)")
    ),
    "allocates 50 GB": artifact(
        "The inspection needed more memory than the 700 MB that it may take.", runs_text("bytearray(50 * 2**30)")
    ),
    "sleeps for ever": Case(
        "The inspection was not done after 3 s and was stopped.", runs_text("import time\ntime.sleep(1e6)"), timeout_s=3
    ),
    "is no model": artifact("The pickle holds a dict, which cannot predict.", lambda: pickle.dumps({"a": 1})),
    "needs a module": artifact(
        "The pickle needs the module 'xgboost', which this box does not have.", lambda: b"\x80\x04cxgboost\nBooster\n."
    ),
    "needs its own program": artifact(
        "The pickle needs a function or class of its own program: ", lambda: b"\x80\x04c__main__\nMine\n."
    ),
    "cut off": artifact("The pickle cannot be opened: ", lambda: uploads.joblib_bytes()[:-100]),
    "says that it is done": artifact("The process that opened the pickle left no model.", runs_text(
        "import os\nopen('outcome.json', 'w').write("
        "'{\"inspection_id\":\"\",\"version_id\":0,\"files\":[\"model.skops\"]}')\nos._exit(0)"
    )),
}  # fmt: skip

ALL = {
    f"{kind}: {name}": case
    for kind, cases in {
        "broken": BROKEN, "archive": ARCHIVES, "skops": SKOPS, "graph": GRAPHS, "package": PACKAGES,
        "reference": REFERENCES, "pickle": PICKLES,
    }.items()
    for name, case in cases.items()
}  # fmt: skip
