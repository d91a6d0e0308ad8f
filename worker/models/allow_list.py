"""The types that a model file may hold: ours, never the file's own list.

skops itself trusts the public estimators of scikit-learn, their losses, and the types of numpy and scipy that are plain
data. These are the further ones that usual models need. Nothing here runs code while it is loaded; what holds raw
indices is looked through by `tree_check` and `neighbours_check` before it may predict. A file that names any other type
is refused.
"""

from typing import Final

_TREES: Final = (
    # Node arrays of indices, followed without bounds checks: `tree_check` refuses forged ones.
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)

_NEIGHBOURS: Final = (
    # Search trees of indices and the distances that need no matrix of their own: `neighbours_check` looks through them.
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.metrics._dist_metrics.ChebyshevDistance64",
    "sklearn.metrics._dist_metrics.MinkowskiDistance64",
    "sklearn.metrics._dist_metrics.BrayCurtisDistance64",
    "sklearn.metrics._dist_metrics.CanberraDistance64",
    "sklearn.metrics._dist_metrics.HammingDistance64",
    "sklearn.metrics._dist_metrics.HaversineDistance64",
)

_SPLINES: Final = (
    # Knots and coefficients, evaluated in C by the degree that they name: `spline_check` looks through them.
    "scipy.interpolate._bsplines.BSpline",
    # What a spline hands its result to: numpy's own conversion to an array.
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
)

_PLAIN_DATA: Final = (
    # A type of numbers, as encoders and imputers keep it.
    "numpy.dtype",
    # A dictionary with attributes, in which ensembles keep their members by name.
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils.Bunch",
)

_PARTS_OF_ESTIMATORS: Final = (
    # Python classes with attributes only, that a fitted estimator is made of.
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.compose._column_transformer.make_column_selector",
    "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.preprocessing._label._BinaryEncoder",
    # How a search over parameters split its rows, and that it judged by the estimator's own score: of use when fitting.
    *(
        f"sklearn.model_selection._split.{name}"
        for name in (
            "GroupKFold",
            "KFold",
            "LeaveOneOut",
            "RepeatedKFold",
            "RepeatedStratifiedKFold",
            "ShuffleSplit",
            "StratifiedGroupKFold",
            "StratifiedKFold",
            "StratifiedShuffleSplit",
            "TimeSeriesSplit",
        )
    ),
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    "sklearn.metrics._scorer._CurveScorer",
    # Which arguments an estimator hands on to its steps: names and true or false.
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
    # A member of an ensemble that knew one class alone: it answers that class.
    "sklearn.multiclass._ConstantPredictor",
)

_KERNELS: Final = tuple(
    # Kernels of Gaussian processes: formulas over numpy arrays.
    f"sklearn.gaussian_process.kernels.{name}"
    for name in (
        "CompoundKernel", "ConstantKernel", "DotProduct", "ExpSineSquared", "Exponentiation", "Hyperparameter",
        "Matern", "PairwiseKernel", "Product", "RBF", "RationalQuadratic", "Sum", "WhiteKernel",
    )
)  # fmt: skip

_LOSSES: Final = (
    # Formulas without state beyond a number.
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn._loss.loss.HalfTweedieLossIdentity",
)

_FUNCTIONS: Final = (
    # Scoring functions of feature selection; they run when fitting, not when predicting, and touch only arrays.
    "sklearn.feature_selection._univariate_selection.chi2",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.feature_selection._univariate_selection.f_regression",
    "sklearn.feature_selection._univariate_selection.r_regression",
    "sklearn.feature_selection._mutual_info.mutual_info_classif",
    "sklearn.feature_selection._mutual_info.mutual_info_regression",
    # Histogram boosting keeps a partial of this validation to pass its number columns through. A partial calls
    # nothing but a function that is itself on this list.
    "functools.partial",
    # How clusters of features are pooled into one: over an array, along an axis.
    "numpy.mean",
    "sklearn.utils.validation.check_array",
)

_SCORES: Final = tuple(
    # What a search over parameters judged by: functions of two arrays, called when fitting and by `score` alone.
    f"sklearn.metrics.{module}.{name}"
    for module, names in (
        ("_classification", ("accuracy_score", "balanced_accuracy_score", "brier_score_loss", "cohen_kappa_score",
                             "f1_score", "jaccard_score", "log_loss", "matthews_corrcoef", "precision_score",
                             "recall_score")),
        ("_ranking", ("average_precision_score", "roc_auc_score", "top_k_accuracy_score")),
        ("_regression", ("explained_variance_score", "max_error", "mean_absolute_error",
                         "mean_absolute_percentage_error", "mean_gamma_deviance", "mean_poisson_deviance",
                         "mean_squared_error", "mean_squared_log_error", "median_absolute_error", "r2_score",
                         "root_mean_squared_error", "root_mean_squared_log_error")),
    )
    for name in names
)  # fmt: skip

ALLOWED_TYPES: Final = (
    *_TREES,
    *_NEIGHBOURS,
    *_SPLINES,
    *_PLAIN_DATA,
    *_PARTS_OF_ESTIMATORS,
    *_KERNELS,
    *_LOSSES,
    *_FUNCTIONS,
    *_SCORES,
)
