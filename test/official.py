"""Reads an export with the official implementation of its format and prints, as JSON, what that saw in it.

official.py FORMAT FILE; whatever the implementation refuses ends in a traceback and exit code 1.
"""

from __future__ import annotations

import collections
import json
import sys


def prov(path: str) -> dict:
    from prov.model import ProvDocument

    document = ProvDocument.deserialize(path, format="json")
    again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    if again != document.unified():
        raise ValueError("it reads otherwise once it is written again")
    return dict(collections.Counter(type(record).__name__ for record in document.get_records()))


def openlineage(path: str) -> list[str]:
    import attr
    from openlineage.client import event_v2, facet_v2
    from openlineage.client.serde import Serde

    own = {
        "parent": facet_v2.parent_run.ParentRunFacet,
        "processing_engine": facet_v2.processing_engine_run.ProcessingEngineRunFacet,
        "errorMessage": facet_v2.error_message_run.ErrorMessageRunFacet,
        "jobType": facet_v2.job_type_job.JobTypeJobFacet,
        "sourceCodeLocation": facet_v2.source_code_location_job.SourceCodeLocationJobFacet,
        "version": facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet,
    }
    nested = {"run": facet_v2.parent_run.Run, "job": facet_v2.parent_run.Job}

    def facet(name: str, said: dict):
        said = dict(said)
        producer, schema = said.pop("_producer"), said.pop("_schemaURL")
        if name in own:
            words = {k: nested[k](**v) if k in nested else v for k, v in said.items()}
            made = own[name](producer=producer, **words)
        else:
            made = (facet_v2.DatasetFacet if name == "reprise_data" else facet_v2.RunFacet)(producer=producer)
            made = made.with_additional_properties(**said)
        if made._schemaURL != schema:
            raise ValueError(f"{name}: {schema} is not {made._schemaURL}")
        return made

    def facets(said: dict) -> dict:
        return {name: facet(name, each) for name, each in said.items()}

    def part(kind, said: dict):
        return kind(**{**said, "facets": facets(said["facets"])})

    def bare(value):
        """Without what the client adds by itself: absent optional members."""
        if isinstance(value, dict):
            return {k: bare(v) for k, v in value.items() if v not in (None, {}, [])}
        return [bare(each) for each in value] if isinstance(value, list) else value

    seen = []
    for line in open(path, encoding="utf-8"):
        said = json.loads(line)
        event = event_v2.RunEvent(
            eventType=event_v2.RunState[said["eventType"]],
            eventTime=said["eventTime"],
            run=part(event_v2.Run, said["run"]),
            job=part(event_v2.Job, said["job"]),
            inputs=[part(event_v2.InputDataset, each) for each in said["inputs"]],
            outputs=[part(event_v2.OutputDataset, each) for each in said["outputs"]],
            producer=said["producer"],
        )
        attr.validate(event)
        again = json.loads(Serde.to_json(event))
        if bare(again) != bare(said):
            raise ValueError(f"the client would have sent {bare(again)} and not {bare(said)}")
        seen.append(f"{said['eventType']} {said['job']['name']}")
    return seen


def in_toto(path: str, key: str) -> list[dict]:
    """Of signed statements: the signature by securesystemslib, the statement by in-toto's own classes."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from google.protobuf.json_format import ParseDict
    from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult
    from in_toto_attestation.v1.statement import Statement
    from in_toto_attestation.v1.statement_pb2 import Statement as Message
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    with open(key, "rb") as file:
        public = SSlibKey.from_crypto(load_pem_public_key(file.read()))
    seen = []
    for line in open(path, encoding="utf-8"):
        envelope = Envelope.from_dict(json.loads(line))
        # The id of a key is a hint, and everybody makes it in another way.
        public.keyid = next(iter(envelope.signatures))
        envelope.verify([public], 1)
        said = json.loads(envelope.payload)
        message = ParseDict(said, Message())
        statement = Statement(message.subject, message.predicate_type, message.predicate)
        statement.pb.type = message.type
        statement.validate()
        if "test-result" in said["predicateType"]:
            ParseDict(said["predicate"], TestResult())
        kind = said["predicateType"]
        seen.append({"type": envelope.payload_type, "predicate": kind, "subjects": len(message.subject)})
    return seen


def ro_crate(*paths: str) -> list[list[str]]:
    """What crates lack of what their profile requires, by the community's validator."""
    import importlib.resources

    import requests
    from rocrate_validator import services
    from rocrate_validator.models import Severity, ValidationSettings
    from rocrate_validator.utils.http import HttpRequester

    # There is no network: the context is the one that the reference implementation ships.
    context = importlib.resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()

    def get(self, url, **options):
        response = requests.Response()
        response.status_code = 200 if url == json.loads(context)["@id"] else 504
        response._content = context
        response.headers["Content-Type"] = "application/ld+json"
        return response

    HttpRequester.get = get
    return [lacking(path, services, ValidationSettings, Severity) for path in paths]


def lacking(path: str, services, ValidationSettings, Severity) -> list[str]:
    settings = ValidationSettings(
        rocrate_uri=path,
        profile_identifier="provenance-run-crate",
        requirement_severity=Severity.REQUIRED,
        offline=True,
        abort_on_first=False,
    )
    result = services.validate(settings)
    if len(result.executed_checks) < 50:
        raise ValueError(f"only {len(result.executed_checks)} checks were made")
    return sorted(f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues())


FORMATS = {"prov": prov, "openlineage": openlineage, "in-toto": in_toto, "ro-crate": ro_crate}

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    print(json.dumps(FORMATS[name](*arguments)))
