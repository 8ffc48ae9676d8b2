"""Kinds of source.

Ids, slugs, names, categories and who is a cloud event source: Segment docs, "Sources Catalog". Descriptions are
ours; which settings a kind has is assumed.
"""

from __future__ import annotations

from segment_toolkit.sandbox.catalog.kinds import Option, SourceKind

_WEBSITE = (
    Option("websiteUrl", description="Address of the website.", label="Website URL"),
    Option("apiHost", description="Host that events are sent to, when it is not Segment's own.", label="API host"),
)

SOURCE_KINDS = (
    SourceKind("IqDTy1TpoU", "Javascript", "javascript", "Events from a website.", _WEBSITE, category="Website"),
    SourceKind("iUM16Md8P2", "HTTP API", "http-api", "Events from any server."),
    SourceKind("dZeHygTSD4", "Apple", "apple", "Events from iOS and macOS apps.", category="Mobile"),
    SourceKind("XRksQPCr7X", "Python", "python", "Events from Python servers."),
    SourceKind("U9mT0bPcI6", "Node.js", "node-js", "Events from Node.js servers."),
    SourceKind("yBvi77aEwr", "Go", "go", "Events from Go servers."),
    SourceKind("yMu7LRR59b", "Kotlin", "kotlin", "Events from Kotlin servers."),
    SourceKind("9EMcTqiKok", "Kotlin (Android)", "kotlin-android", "Events from Android apps.", category="Mobile"),
    SourceKind("B0X0QmvMny", "React Native", "react-native", "Events from React Native apps.", category="Mobile"),
    SourceKind("V6ynUvQgbc", "Java", "java", "Events from Java servers."),
    SourceKind("TDO70If4mD", "PHP", "php", "Events from PHP servers."),
    SourceKind("aACTBqIbWT", "Ruby", "ruby", "Events from Ruby servers."),
    SourceKind("8HWbgPTt3k", ".NET", "net", "Events from .NET servers."),
    SourceKind("B6L7qzHmhI", "Clojure", "clojure", "Events from Clojure servers."),
    SourceKind("7XqN9rJQOG", "Pixel Tracking API", "pixel-tracking-api", "Events from an image in a mail."),
    SourceKind("BbupS2SB0b", "Roku (alpha)", "roku", "Events from Roku channels.", category="Ott"),
    SourceKind(
        "L8TEm5Z8UV",
        "Braze",
        "braze",
        "Messages that Braze sent.",
        category="SMS & Push Notifications",
        is_cloud_event_source=True,
    ),
    SourceKind(
        "sTypQz3Fd2",
        "Customer.io",
        "customer-io",
        "Mails that Customer.io sent.",
        category="Email Marketing",
        is_cloud_event_source=True,
    ),
    SourceKind(
        "EfKbe2yt0J",
        "Klaviyo",
        "klaviyo",
        "Mails that Klaviyo sent.",
        category="Email Marketing",
        is_cloud_event_source=True,
    ),
    SourceKind("2baks93n", "Salesforce", "salesforce", "Objects of a Salesforce organisation.", category="CRM"),
)
