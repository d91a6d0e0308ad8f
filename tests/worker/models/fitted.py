"""Real estimators and pipelines on bundled data, each with a frame to ask it and its publication."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import palmerpenguins
import pandas as pd
from sklearn import (
    calibration,
    cluster,
    cross_decomposition,
    datasets,
    discriminant_analysis,
    dummy,
    ensemble,
    feature_selection,
    gaussian_process,
    isotonic,
    linear_model,
    multiclass,
    naive_bayes,
    neighbors,
    neural_network,
    preprocessing,
    svm,
)
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from worker.contract.inspection import Publication


@dataclass(frozen=True)
class Data:
    """Inputs and the target beside them."""

    rows: pd.DataFrame
    target: pd.Series
    publication: Publication = field(default_factory=Publication)

    def published(self) -> Publication:
        """Return the publication, which names the target."""
        return Publication(target="target", text=self.publication.text)


@cache
def biopsies() -> Data:
    loaded = datasets.load_breast_cancer(as_frame=True)
    return Data(loaded.data.iloc[:, :8], pd.Series(loaded.target_names[loaded.target]))


@cache
def wines() -> Data:
    return Data(*datasets.load_wine(return_X_y=True, as_frame=True))


@cache
def diabetes() -> Data:
    return Data(*datasets.load_diabetes(return_X_y=True, as_frame=True, scaled=False))


@cache
def penguins() -> Data:
    loaded = palmerpenguins.load_penguins()
    return Data(loaded.drop(columns=["species", "year"]), loaded["species"])


@cache
def masses() -> Data:
    loaded = palmerpenguins.load_penguins().dropna().reset_index(drop=True)
    return Data(loaded.drop(columns=["body_mass_g", "year"]), loaded["body_mass_g"].astype(float))


@cache
def sentences() -> Data:
    words = {"sport": ["ball", "goal", "team", "match"], "cooking": ["salt", "oven", "flour", "sauce"]}
    generator = np.random.default_rng(0)
    kinds = generator.choice(sorted(words), 160)
    texts = [
        " ".join(generator.choice([*words[kind], "the", "a", "good"], 6)) + f" {n}" for n, kind in enumerate(kinds)
    ]
    return Data(pd.DataFrame({"text": texts}), pd.Series(kinds), Publication(text=("text",)))


def scaled(model: Any) -> Any:
    return make_pipeline(StandardScaler(), model)


def by_words(encoder: Any, model: Any) -> Any:
    """Return a pipeline that encodes the words of penguins and imputes their numbers."""
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), encoder)
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = make_column_transformer(
        (words, ["island", "sex"]), (numbers, make_column_selector(dtype_include="number"))
    )
    return make_pipeline(columns, model)


def of_text(*steps: Any) -> Any:
    columns = make_column_transformer((TfidfVectorizer(), "text"))
    return make_pipeline(columns, *steps)


CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "LogisticRegression": lambda: scaled(LogisticRegression()),
    "LogisticRegressionCV": lambda: scaled(
        linear_model.LogisticRegressionCV(
            Cs=3, cv=3, l1_ratios=(0,), use_legacy_attributes=False, scoring="neg_log_loss"
        )
    ),
    "RidgeClassifier": lambda: scaled(linear_model.RidgeClassifier()),
    "SGDClassifier": lambda: scaled(linear_model.SGDClassifier(random_state=0)),
    "Perceptron": lambda: scaled(linear_model.Perceptron(random_state=0)),
    "DecisionTree": lambda: DecisionTreeClassifier(max_depth=5, random_state=0),
    "RandomForest": lambda: ensemble.RandomForestClassifier(10, random_state=0),
    "ExtraTrees": lambda: ensemble.ExtraTreesClassifier(10, random_state=0),
    "GradientBoosting": lambda: ensemble.GradientBoostingClassifier(n_estimators=10, random_state=0),
    "HistGradientBoosting": lambda: HistGradientBoostingClassifier(max_iter=10, random_state=0),
    "AdaBoost": lambda: ensemble.AdaBoostClassifier(n_estimators=10, random_state=0),
    "Bagging": lambda: ensemble.BaggingClassifier(DecisionTreeClassifier(max_depth=3), 5, random_state=0),
    "SVC": lambda: scaled(svm.SVC()),
    "LinearSVC": lambda: scaled(svm.LinearSVC(random_state=0)),
    "NuSVC": lambda: scaled(svm.NuSVC(nu=0.2)),
    "KNeighbors": lambda: scaled(neighbors.KNeighborsClassifier(5)),
    "KNeighbors, ball tree": lambda: scaled(neighbors.KNeighborsClassifier(5, algorithm="ball_tree")),
    "NearestCentroid": lambda: scaled(neighbors.NearestCentroid()),
    "GaussianNB": naive_bayes.GaussianNB,
    "MultinomialNB": naive_bayes.MultinomialNB,
    "BernoulliNB": lambda: scaled(naive_bayes.BernoulliNB()),
    "MLP": lambda: scaled(neural_network.MLPClassifier((8,), solver="lbfgs", max_iter=1000, random_state=0)),
    "LDA": lambda: scaled(discriminant_analysis.LinearDiscriminantAnalysis()),
    "QDA": lambda: scaled(discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1)),
    "Calibrated": lambda: calibration.CalibratedClassifierCV(scaled(svm.LinearSVC(random_state=0)), cv=3),
    "Calibrated, isotonic": lambda: calibration.CalibratedClassifierCV(
        naive_bayes.GaussianNB(), method="isotonic", cv=3
    ),
    "OneVsRest": lambda: multiclass.OneVsRestClassifier(scaled(LogisticRegression())),
    "Voting": lambda: ensemble.VotingClassifier(
        [("a", naive_bayes.GaussianNB()), ("b", scaled(LogisticRegression()))], voting="soft"
    ),
    "Stacking": lambda: ensemble.StackingClassifier(
        [("a", naive_bayes.GaussianNB()), ("b", DecisionTreeClassifier(max_depth=3))], cv=3
    ),
    "GridSearch": lambda: GridSearchCV(scaled(LogisticRegression()), {"logisticregression__C": [0.1, 1]}, cv=3),
    "PCA": lambda: make_pipeline(StandardScaler(), PCA(4, random_state=0), LogisticRegression()),
    "SelectKBest": lambda: make_pipeline(feature_selection.SelectKBest(k=4), scaled(LogisticRegression())),
    "KBins": lambda: make_pipeline(
        preprocessing.KBinsDiscretizer(4, quantile_method="averaged_inverted_cdf"), LogisticRegression()
    ),
    "Polynomial": lambda: make_pipeline(
        StandardScaler(), preprocessing.PolynomialFeatures(2), LogisticRegression(max_iter=500)
    ),
    "Union": lambda: make_pipeline(
        make_union(PCA(2, random_state=0), StandardScaler()), StandardScaler(), LogisticRegression()
    ),
    "Dummy": lambda: dummy.DummyClassifier(strategy="prior"),
}

REGRESSORS: dict[str, Callable[[], Any]] = {
    "LinearRegression": linear_model.LinearRegression,
    "Ridge": lambda: scaled(Ridge()),
    "Lasso": lambda: scaled(linear_model.Lasso()),
    "ElasticNet": lambda: scaled(linear_model.ElasticNet()),
    "BayesianRidge": lambda: scaled(linear_model.BayesianRidge()),
    "Huber": lambda: scaled(linear_model.HuberRegressor()),
    "Quantile": lambda: scaled(linear_model.QuantileRegressor(alpha=0.1)),
    "Poisson": lambda: scaled(linear_model.PoissonRegressor()),
    "Gamma": lambda: scaled(linear_model.GammaRegressor()),
    "Tweedie": lambda: scaled(linear_model.TweedieRegressor(power=1.5)),
    "SGDRegressor": lambda: scaled(linear_model.SGDRegressor(random_state=0)),
    "DecisionTree": lambda: DecisionTreeRegressor(max_depth=5, random_state=0),
    "RandomForest": lambda: ensemble.RandomForestRegressor(10, random_state=0),
    "ExtraTrees": lambda: ensemble.ExtraTreesRegressor(10, random_state=0),
    "GradientBoosting": lambda: ensemble.GradientBoostingRegressor(n_estimators=10, random_state=0),
    "HistGradientBoosting": lambda: HistGradientBoostingRegressor(max_iter=10, random_state=0),
    "AdaBoost": lambda: ensemble.AdaBoostRegressor(n_estimators=5, random_state=0),
    "Bagging": lambda: ensemble.BaggingRegressor(n_estimators=5, random_state=0),
    "SVR": lambda: scaled(svm.SVR(C=100.0)),
    "LinearSVR": lambda: scaled(svm.LinearSVR(random_state=0, max_iter=5000)),
    "KNeighbors": lambda: scaled(neighbors.KNeighborsRegressor(5)),
    "RadiusNeighbors": lambda: scaled(neighbors.RadiusNeighborsRegressor(5.0)),
    "MLP": lambda: scaled(
        neural_network.MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=3000, random_state=0)
    ),
    "GaussianProcess": lambda: scaled(
        gaussian_process.GaussianProcessRegressor(RBF(3.0) + WhiteKernel(1.0), optimizer=None, normalize_y=True)
    ),
    "PLS": lambda: cross_decomposition.PLSRegression(3),
    "Spline": lambda: make_pipeline(preprocessing.SplineTransformer(n_knots=4), Ridge()),
    "PowerTransformer": lambda: make_pipeline(preprocessing.PowerTransformer(), Ridge()),
    "QuantileTransformer": lambda: make_pipeline(preprocessing.QuantileTransformer(n_quantiles=50), Ridge()),
    "RobustScaler": lambda: make_pipeline(preprocessing.RobustScaler(), Ridge()),
    "TransformedTarget": lambda: TransformedTargetRegressor(Ridge(), transformer=preprocessing.PowerTransformer()),
    "Voting": lambda: ensemble.VotingRegressor(
        [("a", Ridge()), ("b", DecisionTreeRegressor(max_depth=3, random_state=0))]
    ),
    "Stacking": lambda: ensemble.StackingRegressor(
        [("a", Ridge()), ("b", DecisionTreeRegressor(max_depth=3, random_state=0))], cv=3
    ),
    "Dummy": lambda: dummy.DummyRegressor(strategy="median"),
}

OF_PENGUINS: dict[str, Callable[[], Any]] = {
    "one-hot": lambda: by_words(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()),
    "ordinal": lambda: by_words(OrdinalEncoder(), HistGradientBoostingClassifier(max_iter=5)),
    "target encoder": lambda: by_words(TargetEncoder(), LogisticRegression()),
}

OF_TEXT: dict[str, Callable[[], Any]] = {
    "tf-idf of a column": lambda: of_text(LogisticRegression()),
    "tf-idf, reduced": lambda: of_text(TruncatedSVD(5, random_state=0), LogisticRegression()),
    "tf-idf, naive Bayes": lambda: of_text(naive_bayes.MultinomialNB()),
}

CASES: dict[str, tuple[Callable[[], Any], Callable[[], Data]]] = (
    {f"{name} of biopsies": (make, biopsies) for name, make in CLASSIFIERS.items()}
    | {
        f"{name} of wines": (CLASSIFIERS[name], wines)
        for name in ("LogisticRegression", "RandomForest", "SVC", "MLP", "LDA")
    }
    | {f"{name} of diabetes": (make, diabetes) for name, make in REGRESSORS.items()}
    | {f"{name} of penguins": (make, penguins) for name, make in OF_PENGUINS.items()}
    | {f"{name} of sentences": (make, sentences) for name, make in OF_TEXT.items()}
    | {
        "GaussianProcess of wines": (
            lambda: scaled(gaussian_process.GaussianProcessClassifier(RBF(2.0), optimizer=None)),
            wines,
        ),
        "Isotonic of one feature": (
            isotonic.IsotonicRegression,
            lambda: Data(diabetes().rows[["bmi"]], diabetes().target),
        ),
        "one-hot, mass of penguins": (
            lambda: by_words(OneHotEncoder(handle_unknown="ignore"), Ridge()),
            masses,
        ),
        "clusters as features of biopsies": (
            lambda: make_pipeline(StandardScaler(), cluster.KMeans(4, n_init=1, random_state=0), LogisticRegression()),
            biopsies,
        ),
    }
)
