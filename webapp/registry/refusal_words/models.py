"""What may be wrong with a model that is being opened."""

from typing import Final

from django.utils.translation import gettext_noop

TEMPLATES: Final = frozenset(
    {
        gettext_noop("Save the fitted model with skops.io.dump and upload that file."),
        gettext_noop(
            "Save the fitted model with skops.io.dump and upload that file. It must be made with the versions "
            "that the box has."
        ),
        gettext_noop("The file holds a {type}, which cannot predict."),
        gettext_noop("Save the whole fitted estimator or pipeline."),
        gettext_noop("The model is damaged: {error}."),
        gettext_noop("The file is not a skops file: it is no archive."),
        gettext_noop("The file is not a skops file: the archive has no schema.json."),
        gettext_noop("The file unpacks to {size:,} bytes; {most:,} are allowed."),
        gettext_noop("Save a smaller model."),
        gettext_noop("The file cannot be loaded: {error}"),
        gettext_noop("The file holds types that this box does not run: {types}."),
        gettext_noop("The file holds types that this box does not run: {types} and {more} more."),
        gettext_noop("{digest} is no digest of a model."),
        gettext_noop(
            "Export the model with a free number of rows, inputs that are one matrix or one column a feature, and"
            " a label, its probabilities, or a number as outputs."
        ),
        gettext_noop("A class of the model is {label}, which a spreadsheet would compute as a formula."),
        gettext_noop("Train on classes that are names: predictions are written into CSV files as they are."),
        gettext_noop("The graph takes no inputs."),
        gettext_noop("The graph takes {count:,} inputs, of which {name} is {width:,} values wide."),
        gettext_noop("The graph's input {name} is of the type {type}."),
        gettext_noop("The graph's input {name} has {count:,} dimensions; a table has rows and columns."),
        gettext_noop("The graph's input {name} takes exactly {rows:,} rows at a time."),
        gettext_noop(
            "The graph gives {outputs}, which is neither one number a row nor a label with its probabilities."
        ),
        gettext_noop("The model could not answer these rows: {error}"),
        gettext_noop("Compare the values with the endpoint's description."),
        gettext_noop("a search tree is where none belongs"),
        gettext_noop("The model's {estimator} is damaged or forged: {what}."),
        gettext_noop("Save the model again with skops and upload that file."),
        gettext_noop("its labels are not those of its rows"),
        gettext_noop("its search tree is of another type"),
        gettext_noop("its search tree holds other rows"),
        gettext_noop("its search tree points beyond the rows"),
        gettext_noop("its search tree has other bounds"),
        gettext_noop("a node of its search tree points beyond"),
        gettext_noop("its search tree has weights"),
        gettext_noop("its distance is of two angles"),
        gettext_noop("its distance has other weights"),
        gettext_noop("onnxruntime cannot run the graph: {error}"),
        gettext_noop("Publish the model again."),
        gettext_noop("An admin restores the model store from a backup."),
        gettext_noop("The version lacks its file {file}."),
        gettext_noop("The model store does not hold this version."),
        gettext_noop("Wait until it is published, or ask an admin."),
        gettext_noop("The manifest of this version cannot be read: {error}."),
        gettext_noop("The manifest of this version names the file {file}, which is none of a model."),
        gettext_noop("The file holds a sparse matrix under the name of something else."),
        gettext_noop("The model's {estimator} reads documents from files of the machine (input={input})."),
        gettext_noop("Fit it with input='content', on the documents themselves."),
        gettext_noop(
            "The token pattern {pattern} of the model's {estimator} repeats what itself repeats or has alternatives: "
            "a single document could keep the box busy for ever."
        ),
        gettext_noop("Write the pattern with one repetition, as in '[a-z]+'."),
        gettext_noop("its centres are not of its features"),
        gettext_noop("its kernel is none of linear, poly, rbf and sigmoid"),
        gettext_noop("its support vectors are not of its features"),
        gettext_noop("it counts other support vectors than it has"),
        gettext_noop("its coefficients are not of its support vectors"),
        gettext_noop("its probabilities are not of its classes"),
        gettext_noop("A spline of the model is damaged or forged: {what}."),
        gettext_noop("it has other fields than a spline"),
        gettext_noop("its degree is none"),
        gettext_noop("its knots are no row of numbers"),
        gettext_noop("its knots are too few or out of order"),
        gettext_noop("its coefficients are no table of numbers"),
        gettext_noop("it has fewer coefficients than its knots need"),
        gettext_noop("it is evaluated in a way that there is not"),
        gettext_noop("it is where no tree belongs"),
        gettext_noop("The model's {estimator} has {name} in the place of a method."),
        gettext_noop("A tree of the model's {estimator} is damaged or forged: {what}."),
        gettext_noop("its nodes are of another type"),
        gettext_noop("it was made for another number of features"),
        gettext_noop("it has other outputs than its estimator"),
        gettext_noop("it has other classes than its estimator"),
        gettext_noop("it counts more nodes than it has"),
        gettext_noop("a leaf holds no finite number"),
        gettext_noop("it asks for a feature that there is not"),
        gettext_noop("it has more classes than its ensemble"),
        gettext_noop("it has another width than its classes"),
        gettext_noop("its loss has other classes"),
        gettext_noop("a stage is no tree"),
        gettext_noop("an iteration has another number of trees"),
        gettext_noop("it bins other features"),
        gettext_noop("it has a category beyond 255"),
        gettext_noop("its nodes are no nodes"),
        gettext_noop("it has no nodes"),
        gettext_noop("its sets of categories have another form"),
        gettext_noop("a node asks for no set of categories"),
        gettext_noop("a node splits a number by categories"),
    }
)
