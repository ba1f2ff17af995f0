"""ONNX files as data: read or begin one, change its graph, hand it on. No more of the format than is needed.

The ``onnx`` package would do the same at 30 MB; onnxruntime brings protobuf along anyway, and protobuf keeps
fields that a schema does not name, so a file that passes through here loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

FLOAT, UINT8, INT8 = 1, 2, 3
_DTYPES: dict[int, type[np.generic]] = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64}

# Message: field: (number, kind); "*" repeats. Numbers are those of onnx/onnx.proto.
_SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "Model": {"ir_version": (1, "int64"), "graph": (7, "Graph"), "opset_import": (8, "*Opset")},
    "Opset": {"domain": (1, "string"), "version": (2, "int64")},
    "Graph": {
        "node": (1, "*Node"),
        "initializer": (5, "*Tensor"),
        "input": (11, "*Value"),
        "output": (12, "*Value"),
        "value_info": (13, "*Value"),
    },
    "Node": {
        "input": (1, "*string"),
        "output": (2, "*string"),
        "name": (3, "string"),
        "op_type": (4, "string"),
        "attribute": (5, "*Attribute"),
        "domain": (7, "string"),
    },
    "Attribute": {
        "name": (1, "string"),
        "f": (2, "float"),
        "i": (3, "int64"),
        "ints": (8, "*int64"),
        "type": (20, "int32"),
    },
    "Tensor": {
        "dims": (1, "*int64"),
        "data_type": (2, "int32"),
        "float_data": (4, "*float"),
        "name": (8, "string"),
        "raw_data": (9, "bytes"),
    },
    "Value": {"name": (1, "string"), "type": (2, "Type")},
    "Type": {"tensor_type": (1, "TensorType")},
    "TensorType": {"elem_type": (1, "int32")},
}


def _messages() -> dict[str, Any]:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    kinds = {"float": 2, "int64": 3, "int32": 5, "string": 9, "bytes": 12}
    file = descriptor_pb2.FileDescriptorProto(name="samantha/onnx.proto", package="samantha.onnx")
    for name, fields in _SCHEMA.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            plain = kind.removeprefix("*")
            made = message.field.add(name=field, number=number, label=3 if kind != plain else 1)
            made.type = kinds.get(plain, 11)
            if plain in _SCHEMA:
                made.type_name = f".samantha.onnx.{plain}"
            elif kind != plain and plain != "string":
                made.options.packed = True
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = message_factory.GetMessageClassesForFiles([file.name], pool)
    return {name.rpartition(".")[2]: made for name, made in found.items()}


class Graph:
    """The graph of an ONNX model, open to change."""

    def __init__(self, model: bytes) -> None:
        """Raises ValueError if `model` is no ONNX file."""
        from google.protobuf.message import DecodeError

        self._classes = _messages()
        self._model = self._classes["Model"]()
        try:
            self._model.ParseFromString(model)
        except DecodeError as problem:
            raise ValueError("no ONNX file") from problem
        self.opset = max((each.version for each in self._model.opset_import if not each.domain), default=0)
        graph = self._model.graph
        self.inputs: dict[str, Any] = {each.name: each for each in graph.input}
        self.outputs: dict[str, Any] = {each.name: each for each in graph.output}
        self.constants: dict[str, Any] = {each.name: each for each in graph.initializer}
        self.nodes: list[Any] = list(graph.node)
        self.maker: dict[str, Any] = {output: node for node in self.nodes for output in node.output}
        self.users: dict[str, list[Any]] = {}
        for node in self.nodes:
            for name in dict.fromkeys(node.input):
                self.users.setdefault(name, []).append(node)

    @classmethod
    def new(cls, opset: int) -> Graph:
        """One with nothing in it, for ONNX's operators of version `opset`."""
        classes = _messages()
        model = classes["Model"](ir_version=8, opset_import=[classes["Opset"](version=opset)])
        return cls(model.SerializeToString())

    def constant(self, name: str) -> npt.NDArray[Any] | None:
        """The array of that name, or None if it is no constant of a common type."""
        tensor = self.constants.get(name)
        if tensor is None or tensor.data_type not in _DTYPES:
            return None
        dtype = _DTYPES[tensor.data_type]
        flat = (
            np.frombuffer(tensor.raw_data, dtype) if tensor.raw_data else np.array(tensor.float_data, dtype)
        )
        return flat.reshape(tensor.dims) if flat.size == np.prod(tensor.dims, dtype=int) else None

    def keep(self, name: str, array: npt.NDArray[Any]) -> str:
        """Adds a constant, or does nothing if one of that name is there."""
        if name not in self.constants:
            kind = next(number for number, dtype in _DTYPES.items() if array.dtype == dtype)
            tensor = self._classes["Tensor"](name=name, data_type=kind, raw_data=array.tobytes())
            tensor.dims.extend(array.shape)
            self.constants[name] = tensor
        return name

    def add(self, op: str, inputs: Sequence[str], output: str, **attributes: float | list[int]) -> str:
        """Adds a node that makes `output`; whoever made it before no longer does."""
        node = self._classes["Node"](op_type=op, name=output, input=inputs, output=[output])
        for name, value in attributes.items():
            field, kind = {float: ("f", 1), int: ("i", 2), list: ("ints", 7)}[type(value)]
            node.attribute.add(name=name, type=kind, **{field: value})
        self.maker[output] = node
        return output

    def part(self, inputs: Iterable[str], outputs: Iterable[str]) -> bytes:
        """The model that makes `outputs` of `inputs`, both float unless the whole model says otherwise.

        Raises ValueError if it needs an input that is not among `inputs`.
        """
        wanted, given = list(outputs), set(inputs)
        order, constants, begun = [], {}, set()
        stack = [(name, False) for name in reversed(wanted)]
        while stack:
            name, ready = stack.pop()
            if ready:
                order.append(self.maker[name])
            elif name in self.constants:
                constants[name] = self.constants[name]
            elif name and name not in given:
                if name not in self.maker:
                    raise ValueError(f"{name!r} is neither given nor made")
                node = self.maker[name]
                if node.output[0] in begun:
                    continue
                begun.add(node.output[0])
                stack.append((node.output[0], True))
                stack.extend((each, False) for each in reversed(node.input))
        from google.protobuf.message import EncodeError

        made = self._classes["Model"]()
        made.CopyFrom(self._skeleton())
        made.graph.node.extend(order)
        made.graph.initializer.extend(constants.values())
        made.graph.input.extend(self.inputs.get(name) or self._value(name) for name in inputs)
        made.graph.output.extend(self.outputs.get(name) or self._value(name) for name in wanted)
        try:
            return bytes(made.SerializeToString())
        except EncodeError as problem:  # what could be read can be written, if there is room for it
            raise MemoryError from problem

    def _skeleton(self) -> Any:
        for field in ("node", "initializer", "input", "output", "value_info"):
            self._model.graph.ClearField(field)
        return self._model

    def _value(self, name: str) -> Any:
        value = self._classes["Value"](name=name)
        value.type.tensor_type.elem_type = FLOAT
        return value
