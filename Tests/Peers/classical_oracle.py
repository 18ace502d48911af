"""Makes models with the operators of `ai.onnx.ml` and with operators on texts, and runs each in onnxruntime.

Reads a JSON request {"folder": …}; writes NAME.onnx and, for each input and output, NAME.inN.npy or NAME.outN.npy (texts: a .json with shape and
texts) into the folder and prints the cases as JSON: [{"name": …, "inputs": n, "outputs": n, "tolerance": greatest difference against the largest
element}]. A case with "refused" is a model that nobody should read, with the code of the error that says so.
"""
import json
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

request = json.load(sys.stdin)
folder = request["folder"]
random = np.random.default_rng(11)
cases = []
ML = "ai.onnx.ml"


def f32(*shape, low=-2.0, high=2.0):
    return random.uniform(low, high, shape).astype(np.float32)


def texts(*values, shape=None):
    array = np.array(values, dtype=object)
    return array if shape is None else array.reshape(shape)


def element_type(array):
    return TensorProto.STRING if array.dtype == object else helper.np_dtype_to_tensor_dtype(array.dtype)


def save(path, array):
    array = np.asarray(array)
    if array.dtype.kind in "OU":
        with open(path + ".json", "w") as file:
            json.dump({"shape": list(array.shape), "texts": [str(text) for text in array.flatten()]}, file)
    else:
        np.save(path + ".npy", np.ascontiguousarray(array).reshape(array.shape))


def unzipped(answer, labels):
    """A sequence of maps as the rows that it was made of."""
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return np.array([[row[label] for label in labels] for row in answer], np.float32)
    return np.asarray(answer)


def store(name, nodes, inputs, outputs, stored=(), ml=3, opset=21, tolerance=1e-4, labels=()):
    """`inputs`: arrays x0, x1 …; `outputs`: (name, element type), or None for a sequence of maps by int64, str for one by string."""
    infos = []
    for output, kind in outputs:
        if kind in (int, str):
            value = helper.make_tensor_type_proto(TensorProto.FLOAT, None)
            key = TensorProto.INT64 if kind is int else TensorProto.STRING
            kind = helper.make_sequence_type_proto(helper.make_map_type_proto(key, value))
            infos.append(helper.make_value_info(output, kind))
        else:
            infos.append(helper.make_tensor_value_info(output, kind, None))
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info(f"x{i}", element_type(v), [None] * v.ndim) for i, v in enumerate(inputs)],
        infos, [numpy_helper.from_array(value, n) for n, value in stored])
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(ML, ml), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=10)
    options = ort.SessionOptions()
    options.log_severity_level = 4
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    answers = session.run(None, {f"x{i}": v for i, v in enumerate(inputs)})
    onnx.save(model, f"{folder}/{name}.onnx")
    for i, value in enumerate(inputs):
        save(f"{folder}/{name}.in{i}", value)
    for i, answer in enumerate(answers):
        save(f"{folder}/{name}.out{i}", unzipped(answer, labels))
    cases.append({"name": name, "inputs": len(inputs), "outputs": len(answers), "tolerance": tolerance})


def refuse(name, node, code, kind=TensorProto.FLOAT, ml=3):
    """A model that contradicts itself; it is not run."""
    graph = helper.make_graph(
        [node], name, [helper.make_tensor_value_info("x0", kind, [None, 3])],
        [helper.make_empty_tensor_value_info(output) for output in node.output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(ML, ml)], ir_version=10)
    with open(f"{folder}/{name}.onnx", "wb") as file:
        file.write(model.SerializeToString())
    cases.append({"name": name, "inputs": 1, "outputs": 1, "tolerance": 0, "refused": code})


REAL = ("offset", "scale", "imputed_value_floats", "values_floats", "keys_floats", "rho", "kernel_params", "base_values")


def node(op, inputs, outputs, domain=ML, **attributes):
    attributes = {key: [float(x) for x in value] if key in REAL else value for key, value in attributes.items()}
    return helper.make_node(op, inputs, outputs, domain=domain, name=op, **attributes)


# MARK: Trees

def forest(trees, depth, features, modes=("BRANCH_LEQ",), missing=False, leaf=None):
    """Random trees in the form of the first ensembles; `leaf` gives the (target, weight) pairs of one leaf."""
    result = {key: [] for key in (
        "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_modes", "nodes_values", "nodes_truenodeids",
        "nodes_falsenodeids", "nodes_missing_value_tracks_true")}
    weights = []
    for tree in range(trees):
        count = 0

        def grow(level):
            nonlocal count
            own = count
            count += 1
            place = len(result["nodes_nodeids"])
            is_leaf = level == depth or (level > 0 and random.random() < 0.2)
            for key, value in (
                ("nodes_treeids", tree), ("nodes_nodeids", own), ("nodes_featureids", int(random.integers(features))),
                ("nodes_modes", "LEAF" if is_leaf else str(random.choice(modes))),
                ("nodes_values", float(np.float32(random.integers(-4, 5) / 2))), ("nodes_truenodeids", 0),
                ("nodes_falsenodeids", 0), ("nodes_missing_value_tracks_true", int(missing and random.random() < 0.5))):
                result[key].append(value)
            if is_leaf:
                weights.extend((tree, own, target, weight) for target, weight in leaf())
                result["nodes_featureids"][place] = 0
            else:
                result["nodes_truenodeids"][place] = grow(level + 1)
                result["nodes_falsenodeids"][place] = grow(level + 1)
            return own

        grow(0)
    return result, weights


def weighted(prefix, weights):
    columns = list(zip(*weights))
    return {f"{prefix}_treeids": columns[0], f"{prefix}_nodeids": columns[1], f"{prefix}_ids": columns[2], f"{prefix}_weights": columns[3]}


MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ")


def features(rows, columns, dtype=np.float32):
    """Values that often stand on a threshold; some are missing."""
    values = random.integers(-6, 7, (rows, columns)) / 2
    if dtype in (np.float32, np.float64):
        values[random.random(values.shape) < 0.1] = np.nan
    return values.astype(dtype)


def weight():
    return float(np.float32(random.uniform(-1, 1)))


def regressors():
    for number, (aggregate, targets, modes, missing, rows, post) in enumerate([
            ("SUM", 1, MODES[:1], False, 37, "NONE"), ("AVERAGE", 3, MODES[:4], True, 9, "NONE"), ("MIN", 2, MODES, True, 5, "NONE"),
            ("MAX", 1, MODES, False, 8, "NONE"), ("SUM", 2, MODES[:2], True, 1, "SOFTMAX"), ("SUM", 1, MODES[:2], False, 3, "LOGISTIC"),
            ("SUM", 3, MODES[:2], False, 3, "SOFTMAX_ZERO"), ("AVERAGE", 1, MODES[:4], True, 1, "NONE")]):
        attributes, weights = forest(11, 4, 3, modes, missing, lambda: [(t, weight()) for t in range(targets)])
        base = {"base_values": [0.25 * (t + 1) for t in range(targets)]} if number % 2 else {}
        made = node("TreeEnsembleRegressor", ["x0"], ["y"], n_targets=targets, aggregate_function=aggregate, post_transform=post,
                    **attributes, **weighted("target", weights), **base)
        store(f"trees_regress_{number}", [made], [features(rows, 3)], [("y", TensorProto.FLOAT)])
        if number == 0:
            store("trees_regress_f64", [made], [features(7, 3, np.float64)], [("y", TensorProto.FLOAT)])
    attributes, weights = forest(5, 3, 3, MODES[:1], False, lambda: [(0, weight())])
    values = weighted("target", weights)
    values["target_weights_as_tensor"] = numpy_helper.from_array(np.array(values.pop("target_weights"), np.float64))
    attributes["nodes_values_as_tensor"] = numpy_helper.from_array(np.array(attributes.pop("nodes_values"), np.float64))
    made = node("TreeEnsembleRegressor", ["x0"], ["y"], n_targets=1, **attributes, **values)
    store("trees_regress_double", [made], [features(6, 3, np.float64)], [("y", TensorProto.FLOAT)])


def classifiers():
    two = {"classlabels_int64s": [5, 7]}
    three = {"classlabels_strings": ["low", "mid", "hög"]}
    positive = lambda: float(np.float32(random.uniform(0, 0.2)))
    for number, (labels, leaf, post, base) in enumerate([
            (two, lambda: [(0, positive())], "NONE", None), (two, lambda: [(0, weight())], "LOGISTIC", None),
            (two, lambda: [(0, weight())], "NONE", [0.3]), (two, lambda: [(0, positive()), (1, positive())], "NONE", None),
            (two, lambda: [(0, weight())], "SOFTMAX", [0.1, 0.3]), (two, lambda: [(1, weight())], "LOGISTIC", None),
            (three, lambda: [(c, positive()) for c in range(3)], "NONE", None),
            (three, lambda: [(int(random.integers(3)), weight())], "SOFTMAX", None),
            (three, lambda: [(c, weight()) for c in range(3)], "SOFTMAX_ZERO", [0.5, 0.1, -0.2]),
            (three, lambda: [(c, weight()) for c in range(3)], "LOGISTIC", None)]):
        attributes, weights = forest(9, 3, 4, MODES[:3], number % 2 == 1, leaf)
        extra = {} if base is None else {"base_values": base}
        kind = TensorProto.STRING if labels is three else TensorProto.INT64
        made = node("TreeEnsembleClassifier", ["x0"], ["label", "scores"], post_transform=post, **attributes,
                    **weighted("class", weights), **labels, **extra)
        store(f"trees_classify_{number}", [made], [features(13, 4)], [("label", kind), ("scores", TensorProto.FLOAT)])
        if number == 6:
            store("trees_classify_i64", [made], [features(5, 4, np.int64)], [("label", kind), ("scores", TensorProto.FLOAT)])
        if number in (0, 6):
            zipped = node("ZipMap", ["scores"], ["maps"], **labels)
            store(f"trees_zipped_{number}", [made, zipped], [features(5, 4)], [("label", kind), ("maps", str if labels is three else int)],
                  labels=next(iter(labels.values())))


def ensembles():
    def tensor(values, dtype=np.float32):
        return numpy_helper.from_array(np.array(values, dtype))

    for dtype in (np.float32, np.float64):
        made = node(
            "TreeEnsemble", ["x0"], ["y"], n_targets=2, aggregate_function=1, post_transform=0, tree_roots=[0, 2],
            nodes_featureids=[0, 1, 2], nodes_modes=tensor([0, 6, 5], np.uint8), nodes_splits=tensor([0.5, 0, 1], dtype),
            nodes_truenodeids=[1, 0, 1], nodes_trueleafs=[0, 1, 1], nodes_falsenodeids=[2, 3, 0], nodes_falseleafs=[1, 1, 1],
            leaf_targetids=[0, 1, 0, 1], leaf_weights=tensor([1.5, -2, 0.25, 4], dtype),
            membership_values=tensor([1, 2, 3, np.nan], dtype))
        store(f"trees_ensemble_{np.dtype(dtype).name}", [made], [features(9, 3, dtype)],
              [("y", helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))], ml=5)


# MARK: Linear models, support vectors

def linear():
    for number, (labels, targets, post) in enumerate([
            ({"classlabels_ints": [3, 1, 4]}, 3, "SOFTMAX"), ({"classlabels_strings": ["no", "yes"]}, 2, "LOGISTIC"),
            ({"classlabels_ints": [0, 1]}, 1, "NONE"), ({"classlabels_ints": [8, 9]}, 1, "LOGISTIC"),
            ({"classlabels_strings": ["a", "b", "c", "d"]}, 4, "SOFTMAX_ZERO")]):
        made = node("LinearClassifier", ["x0"], ["label", "scores"], coefficients=f32(targets * 5).tolist(),
                    intercepts=f32(targets).tolist(), post_transform=post, multi_class=0, **labels)
        kind = TensorProto.STRING if "classlabels_strings" in labels else TensorProto.INT64
        store(f"linear_classify_{number}", [made], [f32(7, 5)], [("label", kind), ("scores", TensorProto.FLOAT)])
    for number, (targets, post) in enumerate([(1, "NONE"), (3, "SOFTMAX"), (1, "LOGISTIC"), (2, "PROBIT")]):
        scale = 0.02 if post == "PROBIT" else 1
        made = node("LinearRegressor", ["x0"], ["y"], coefficients=(f32(targets * 5) * scale).tolist(),
                    intercepts=[0.5] * targets, targets=targets, post_transform=post)
        store(f"linear_regress_{number}", [made], [f32(6, 5)], [("y", TensorProto.FLOAT)], tolerance=1e-2)


def vectors():
    for kernel, parameters in (("LINEAR", [0.0, 0.0, 0.0]), ("RBF", [0.3, 0.0, 0.0]), ("POLY", [0.5, 1.0, 3.0]), ("SIGMOID", [0.2, 0.1, 0.0])):
        given = {"kernel_type": kernel, "kernel_params": parameters}
        made = node("SVMRegressor", ["x0"], ["y"], n_supports=6, support_vectors=f32(24).tolist(), coefficients=f32(6).tolist(),
                    rho=[0.4], **given)
        store(f"svm_regress_{kernel}", [made], [f32(5, 4)], [("y", TensorProto.FLOAT)])
        for classes, probability in ((2, False), (3, False), (2, True), (4, True)):
            pairs = classes * (classes - 1) // 2
            counts = [2 + c for c in range(classes)]
            total = sum(counts)
            extra = {"prob_a": (f32(pairs) - 2.5).tolist(), "prob_b": f32(pairs).tolist()} if probability else {}
            made = node("SVMClassifier", ["x0"], ["label", "scores"], classlabels_strings=[f"c{c}" for c in range(classes)],
                        vectors_per_class=counts, support_vectors=f32(total * 4).tolist(),
                        coefficients=f32((classes - 1) * total).tolist(), rho=f32(pairs).tolist(), **given, **extra)
            store(f"svm_classify_{kernel}_{classes}_{probability}", [made], [f32(6, 4)],
                  [("label", TensorProto.STRING), ("scores", TensorProto.FLOAT)], tolerance=2e-3)
    made = node("SVMRegressor", ["x0"], ["y"], n_supports=6, support_vectors=f32(24).tolist(), coefficients=f32(6).tolist(), rho=[0.1],
                one_class=1, kernel_type="RBF", kernel_params=[0.4, 0, 0])
    store("svm_one_class", [made], [f32(9, 4)], [("y", TensorProto.FLOAT)])
    made = node("SVMClassifier", ["x0"], ["label", "scores"], classlabels_ints=[4, 2, 9], coefficients=f32(12).tolist(), rho=[0.2],
                kernel_type="LINEAR", kernel_params=[0.0, 0.0, 0.0])
    store("svm_linear", [made], [f32(6, 4)], [("label", TensorProto.INT64), ("scores", TensorProto.FLOAT)])


# MARK: What stands around models

def preparation():
    out = [("y", TensorProto.FLOAT)]
    store("scaler", [node("Scaler", ["x0"], ["y"], offset=[1, 2, 3], scale=[0.5, 2, -1])], [f32(4, 3)], out)
    store("scaler_int64", [node("Scaler", ["x0"], ["y"], offset=[1], scale=[0.5])], [np.arange(6).reshape(2, 3)], out)
    for norm in ("MAX", "L1", "L2"):
        data = f32(4, 3)
        data[1] = 0
        store(f"normalizer_{norm}", [node("Normalizer", ["x0"], ["y"], norm=norm)], [data], out)
    data = f32(4, 3)
    data[0, 1] = data[2, 2] = np.nan
    store("imputer", [node("Imputer", ["x0"], ["y"], imputed_value_floats=[1, 2, 3], replaced_value_float=float("nan"))], [data], out)
    store("imputer_int64", [node("Imputer", ["x0"], ["y"], imputed_value_int64s=[7], replaced_value_int64=-1)],
          [np.array([[1, -1], [-1, 4]])], [("y", TensorProto.INT64)])
    store("binarizer", [node("Binarizer", ["x0"], ["y"], threshold=0.5)], [f32(4, 3)], out)
    store("extractor", [node("ArrayFeatureExtractor", ["x0", "i"], ["y"])], [f32(4, 5)], out, [("i", np.array([3, 0], np.int64))])
    store("extractor_text", [node("ArrayFeatureExtractor", ["x0", "i"], ["y"])], [texts("a", "b", "c", "d", shape=(2, 2))],
          [("y", TensorProto.STRING)], [("i", np.array([1], np.int64))])
    store("vectorizer", [node("FeatureVectorizer", ["x0", "x1"], ["y"], inputdimensions=[2, 3])], [f32(4, 2), f32(4, 3)], out)
    store("one_hot", [node("OneHotEncoder", ["x0"], ["y"], cats_int64s=[3, 1, 8])], [np.array([[1], [8], [4]])], out)
    store("one_hot_text", [node("OneHotEncoder", ["x0"], ["y"], cats_strings=["red", "blå"])], [texts("blå", "red", "green", shape=(3, 1))], out)
    words, places = texts("ja", "nej", "ja", "?"), np.array([2, 1, 9], np.int64)
    encoders = [
        (dict(keys_strings=["ja", "nej"], values_int64s=[1, 0]), words, TensorProto.INT64, 2),
        (dict(keys_strings=["ja", "nej"], values_strings=["yes", "no"], default_string="unknown"), words, TensorProto.STRING, 2),
        (dict(keys_strings=["ja", "nej"], values_floats=[0.5, 2]), words, TensorProto.FLOAT, 2),
        (dict(keys_int64s=[1, 2], values_strings=["one", "two"]), places, TensorProto.STRING, 2),
        (dict(keys_int64s=[1, 2], values_floats=[1.5, 2.5], default_float=-7.0), places, TensorProto.FLOAT, 2),
        (dict(keys_floats=[1.5, float("nan")], values_strings=["half", "missing"]), np.array([np.nan, 1.5, 0], np.float32), TensorProto.STRING, 4),
        (dict(classes_strings=["nej", "ja"], default_int64=-3), words, TensorProto.INT64, 1),
        (dict(classes_strings=["nej", "ja"]), np.array([1, 0, 5], np.int64), TensorProto.STRING, 1)]
    for number, (attributes, given, kind, version) in enumerate(encoders):
        store(f"label_encoder_{number}", [node("LabelEncoder", ["x0"], ["y"], **attributes)], [given], [("y", kind)], ml=version)
    store("category_mapper", [node("CategoryMapper", ["x0"], ["y"], cats_int64s=[4, 6], cats_strings=["ja", "nej"])], [words],
          [("y", TensorProto.INT64)])
    store("category_mapper_back", [node("CategoryMapper", ["x0"], ["y"], cats_int64s=[1, 2], cats_strings=["ja", "nej"])], [places],
          [("y", TensorProto.STRING)])


# MARK: Texts

def text_operators():
    def plain(op, inputs, outputs, **attributes):
        return node(op, inputs, outputs, domain="", **attributes)

    words = texts("ett", "två", "", "ett", "två tre", "FYRA", shape=(2, 3))
    text = [("y", TensorProto.STRING)]
    stored = [("index", np.array([1], np.int64)), ("other", texts("ett", "två", "FYRA")), ("shape", np.array([3, 2], np.int64))]
    for name, made, kind in [
            ("reshape", plain("Reshape", ["x0", "shape"], ["y"]), text), ("gather", plain("Gather", ["x0", "index"], ["y"], axis=1), text),
            ("concat", plain("Concat", ["x0", "x0"], ["y"], axis=1), text), ("transpose", plain("Transpose", ["x0"], ["y"]), text),
            ("equal", plain("Equal", ["x0", "other"], ["y"]), [("y", TensorProto.BOOL)]), ("identity", plain("Identity", ["x0"], ["y"]), text),
            ("concat_text", plain("StringConcat", ["x0", "other"], ["y"]), text)]:
        store(f"text_{name}", [made], [words], kind, [item for item in stored if item[0] in made.input])
    store("text_where", [plain("Where", ["x1", "x0", "other"], ["y"])], [words, np.array([[True, False, True]])], text, stored[1:2])
    store("text_pattern", [plain("RegexFullMatch", ["x0"], ["y"], pattern=r"(\w{1,5}|[^a-z ]+)(\str.?)?")],
          [texts("abc", "AB", "a b", "två", "x tr", "abcdef", "", "ab tre")], [("y", TensorProto.BOOL)])
    numbers = np.array([0.1, -2.5, 3, np.nan, np.inf, 1e-9, 123456789, 1e30], np.float32)
    store("text_from_f32", [plain("Cast", ["x0"], ["y"], to=TensorProto.STRING)], [numbers], text)
    store("text_from_f64", [plain("Cast", ["x0"], ["y"], to=TensorProto.STRING)], [np.array([0.1, -1e20, 7])], text)
    store("text_from_i64", [plain("Cast", ["x0"], ["y"], to=TensorProto.STRING)], [np.array([-3, 2**62])], text)
    store("text_to_f32", [plain("Cast", ["x0"], ["y"], to=TensorProto.FLOAT)], [texts("1.5", "-2e3", "NaN", "INF")], [("y", TensorProto.FLOAT)])
    store("text_to_i64", [plain("Cast", ["x0"], ["y"], to=TensorProto.INT64)], [texts("12", "-7")], [("y", TensorProto.INT64)])
    store("text_normal", [plain("StringNormalizer", ["x0"], ["y"], case_change_action="LOWER", locale="C", stopwords=["och"], is_case_sensitive=0)],
          [texts("Katt", "OCH", "Hund")], text)
    pool = dict(mode="TFIDF", min_gram_length=1, max_gram_length=2, max_skip_count=0, ngram_counts=[0, 2], ngram_indexes=[0, 2, 1],
                pool_strings=["katt", "hund", "katt", "hund"], weights=[1.0, 2.0, 0.5])
    store("text_tfidf", [plain("TfIdfVectorizer", ["x0"], ["y"], **pool)], [texts("katt", "hund", "ko", "katt")], [("y", TensorProto.FLOAT)])
    lines = texts("Katt och hund", "en hund, en katt!", "", shape=(3,))
    store("text_tokens", [
        plain("StringNormalizer", ["x0"], ["lower"], case_change_action="LOWER", locale="C"),
        node("Tokenizer", ["lower"], ["tokens"], domain="com.microsoft", mark=0, mincharnum=1, pad_value="#", tokenexp="[a-z0-9_]+"),
        plain("TfIdfVectorizer", ["tokens"], ["y"], **pool)], [lines], [("y", TensorProto.FLOAT)])
    for name, attributes in [("letters", dict(separators=[""])), ("separated", dict(separators=[" ", ","]))]:
        store(f"text_{name}", [node("Tokenizer", ["x0"], ["y"], domain="com.microsoft", mark=1, mincharnum=1, pad_value="#", **attributes)],
              [lines[:2]], text)
    store("distances", [node("CDist", ["x0", "x1"], ["y"], domain="com.microsoft", metric="euclidean")], [f32(4, 3), f32(5, 3)],
          [("y", TensorProto.FLOAT)])


# MARK: What nobody should read

def contradictions():
    good = dict(nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0], nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"],
                nodes_values=[0.0] * 3, nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0], target_treeids=[0, 0],
                target_nodeids=[1, 2], target_ids=[0, 0], target_weights=[1.0, 2.0], n_targets=1)
    for name, change in {
            "circle": dict(nodes_modes=["BRANCH_LEQ", "BRANCH_LEQ", "LEAF"], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 2, 0]),
            "self": dict(nodes_truenodeids=[0, 0, 0]), "nowhere": dict(nodes_truenodeids=[9, 0, 0]),
            "short": dict(nodes_values=[0.0]), "mode": dict(nodes_modes=["BRANCH_ODD", "LEAF", "LEAF"]),
            "feature": dict(nodes_featureids=[-1, 0, 0]), "twice": dict(nodes_nodeids=[0, 1, 1]),
            "target": dict(target_ids=[0, 3]), "weight": dict(target_nodeids=[1, 7]), "targets": dict(n_targets=1 << 40),
            "base": dict(base_values=[1.0, 2.0, 3.0]), "post": dict(post_transform="ODD"), "roots": dict(nodes_falsenodeids=[1, 0, 0]),
            "huge": dict(nodes_featureids=[1 << 40, 0, 0])}.items():
        refuse(f"refused_tree_{name}", node("TreeEnsembleRegressor", ["x0"], ["y"], **(good | change)), "M0005")
    refuse("refused_ensemble", node(
        "TreeEnsemble", ["x0"], ["y"], tree_roots=[0], nodes_featureids=[0],
        nodes_modes=numpy_helper.from_array(np.array([0], np.uint8)), nodes_splits=numpy_helper.from_array(np.array([0], np.float32)),
        nodes_truenodeids=[0], nodes_trueleafs=[0], nodes_falsenodeids=[0], nodes_falseleafs=[0], leaf_targetids=[0],
        leaf_weights=numpy_helper.from_array(np.array([0], np.float32))), "M0005", ml=5)
    refuse("refused_linear", node("LinearRegressor", ["x0"], ["y"], coefficients=[1.0], targets=5), "M0005")
    refuse("refused_vectors", node("SVMRegressor", ["x0"], ["y"], n_supports=4, support_vectors=[1.0] * 7, coefficients=[1.0] * 4, rho=[0.0]), "M0005")
    refuse("refused_machine", node("SVMClassifier", ["x0"], ["l", "s"], classlabels_ints=[0, 1, 2], vectors_per_class=[1, 1, 1],
                                   support_vectors=[1.0] * 9, coefficients=[1.0] * 3, rho=[0.0]), "M0005")
    refuse("refused_encoder", node("LabelEncoder", ["x0"], ["y"], keys_floats=[1.0, 2.0], values_int64s=[1]), "M0005")
    refuse("refused_names", node("ZipMap", ["x0"], ["y"], classlabels_int64s=[1, 1]), "M0005")
    refuse("refused_operator", node("NoSuchModel", ["x0"], ["y"]), "M0004")


for group in (regressors, classifiers, ensembles, linear, vectors, preparation, text_operators, contradictions):
    group()
json.dump(cases, sys.stdout)
