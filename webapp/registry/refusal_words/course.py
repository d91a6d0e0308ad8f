"""What may become of an inspection, and of the questions that it asks a model."""

from typing import Final

from django.utils.translation import gettext_noop

TEMPLATES: Final = frozenset(
    {
        gettext_noop("The model answered row {row} with {value}, which is not a number that can be said."),
        gettext_noop("The model cannot handle these values; its publisher can say which it takes."),
        gettext_noop("Publish a smaller model or fewer reference rows, or run the box on a machine with more memory."),
        gettext_noop("Publish the same files again when an administrator has freed space."),
        gettext_noop("Load the file and predict the reference rows in a fresh process, with the versions of this box."),
        gettext_noop("The process that opened the pickle left no model."),
        gettext_noop("The inspection was not done after {seconds:,.0f} s and was stopped."),
        gettext_noop("The inspection needed more than {seconds:,} s of processor time and was stopped."),
        gettext_noop("The inspection wrote more files than it may and was stopped."),
        gettext_noop("The inspection needed more memory than the {most:,.0f} MB that it may take."),
        gettext_noop("The disk of the box was full during the inspection."),
        gettext_noop("The inspection was killed, most likely because the machine ran out of memory."),
        gettext_noop("The process that opened the model died ({signal})."),
        gettext_noop("The inspection ended without an answer (exit status {status})."),
        gettext_noop("The model file is a pickle, which can run any program while it is opened. It was not opened."),
        gettext_noop(
            "Save the model with skops and upload that file: skops holds data only. An admin can also let you "
            "publish pickles."
        ),
        gettext_noop(
            "The model file is a pickle, and this machine's kernel cannot shut in the process that would open it."
        ),
        gettext_noop("Save the model with skops and upload that file."),
        gettext_noop("The pickle has not been converted."),
        gettext_noop("Predict the reference rows in a fresh process, from the saved model and the saved CSV file."),
        gettext_noop("the reference data"),
        gettext_noop("The model cannot answer {rows}: {error}"),
        gettext_noop("The model cannot answer row {row:,} of {rows}: {error}"),
        gettext_noop("The model gives {answers:,} answers to {rows:,} rows."),
        gettext_noop("The model gives {answers:,} answers to each row."),
        gettext_noop("Publish one model for each target."),
        gettext_noop("The model answers row {row:,} of {rows} with what is not a finite number."),
        gettext_noop(
            "Publish a model whose answers follow from the row alone: nothing drawn at random when it predicts."
        ),
        gettext_noop("Rows of several people are predicted together, so an answer must follow from its own row alone."),
        gettext_noop("The model answers the same row differently each time: {one}, then {two}."),
        gettext_noop("The model answers a row otherwise alone than among others: {apart} instead of {together}."),
        gettext_noop("{answer} with {probability:.4g}"),
        gettext_noop("The pickle holds a {type}, which cannot predict."),
        gettext_noop("Save the whole fitted estimator or pipeline, and nothing else."),
        gettext_noop("The pickled model cannot be written as skops: {error}"),
        gettext_noop("Use estimators and functions of scikit-learn, numpy and scipy only."),
        gettext_noop("The pickle's own answers cannot be read."),
        gettext_noop(
            "Converted from the pickle to skops, the model answers {different:,} of {rows:,} rows of the "
            "reference data otherwise; the first is row {row:,}."
        ),
        gettext_noop("The inspection was begun {count} times, and each time the worker that did it died."),
        gettext_noop("The model may need more memory than the box has; see the log of the jobs worker."),
        gettext_noop("The ONNX graph"),
        gettext_noop("the target column"),
        gettext_noop("The ONNX graph takes {width:,} columns, the reference data has {columns:,} beside the target."),
        gettext_noop("Hand over the inputs in the graph's order and the target, nothing else."),
        gettext_noop("the graph's input"),
        gettext_noop("The ONNX graph answers {labels:,} different labels."),
        gettext_noop("Export a regressor with one number a row as its output."),
        gettext_noop("The ONNX graph gives probabilities, but does not say of which classes."),
        gettext_noop("Export it with its class labels (an operator of ai.onnx.ml), or without probabilities."),
        gettext_noop("The MLflow signature"),
        gettext_noop("Save the model with skops.io.dump and upload that file: it says what it cannot hold."),
        gettext_noop("The pickle needs the module {module}, which this box does not have."),
        gettext_noop("The pickle needs a function or class of its own program: {error}."),
        gettext_noop("The pickle cannot be opened: {error}"),
        gettext_noop("the reference data without {feature}"),
    }
)
