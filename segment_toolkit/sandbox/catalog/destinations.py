"""Kinds of destination: real ones, which accept everything and forget it, and three that only the sandbox has.

Ids and names of the real ones: Segment docs, "Destinations Catalog" (the ids stand in the head of each page). Slugs
and settings follow Segment's open-source "action-destinations" where a kind has a part in it; other settings, and
what a kind supports, are assumed.
"""

from __future__ import annotations

from segment_toolkit.sandbox.catalog.kinds import DestinationKind, Option
from segment_toolkit.sandbox.catalog.sandbox_destinations import SANDBOX_DESTINATION_KINDS

_NO_ALIAS = ("pageview", "identify", "track", "group")

_REAL = (
    DestinationKind(
        "5f7dd6d21ad74f3842b1fc47",
        "Amplitude (Actions)",
        "actions-amplitude",
        "Product analytics.",
        (
            Option("apiKey", required=True, description="API key of the Amplitude project.", label="API Key"),
            Option("secretKey", type="password", description="Secret key of the project.", label="Secret Key"),
            Option("endpoint", description="Region of the project.", label="Endpoint Region", default="north_america"),
        ),
        website="https://amplitude.com",
        previous_names=("Vendor Amplitude",),
    ),
    DestinationKind(
        "56748689e954a874ca44ccfb",
        "Slack",
        "slack",
        "Messages in a Slack channel.",
        (Option("webhookUrl", required=True, description="Incoming webhook of the channel."),),
        category="Raw Data",
        website="https://slack.com",
        methods=("identify", "track"),
    ),
    DestinationKind(
        "614a3c7d791c91c41bae7599",
        "Webhooks (Actions)",
        "actions-webhook",
        "Events to an HTTP endpoint of yours.",
        (Option("sharedSecret", type="password", description="Secret that signs the requests."),),
        category="Raw Data",
        website="https://segment.com",
    ),
    DestinationKind(
        "54521fd525e721e32a72ee91",
        "Amplitude",
        "amplitude",
        "Product analytics, the older integration.",
        (
            Option("apiKey", required=True, description="API key of the Amplitude project."),
            Option("trackAllPages", type="boolean", description="Whether page calls become events.", default=False),
        ),
        website="https://amplitude.com",
    ),
    DestinationKind(
        "615c7438d93d9b61b1e9e192",
        "Mixpanel (Actions)",
        "actions-mixpanel",
        "Product analytics.",
        (
            Option("projectToken", required=True, description="Token of the Mixpanel project."),
            Option("apiSecret", type="password", required=True, description="API secret of the project."),
            Option("apiRegion", description="Region of the project.", default="US"),
        ),
        website="https://mixpanel.com",
    ),
    DestinationKind(
        "63ed446fe60a1b56c5e6f130",
        "Google Analytics 4 Web",
        "actions-google-analytics-4-web",
        "Website analytics, from the browser.",
        (Option("measurementID", required=True, description="Measurement id of the web stream."),),
        website="https://marketingplatform.google.com/about/analytics",
        methods=_NO_ALIAS,
        platforms=("browser",),
    ),
    DestinationKind(
        "60ad61f9ff47a16b8fb7b5d9",
        "Google Analytics 4 Cloud",
        "actions-google-analytics-4",
        "Website analytics, from the server.",
        (
            Option("measurementId", description="Measurement id of a web stream."),
            Option("firebaseAppId", description="Firebase app id of a mobile stream."),
            Option("apiSecret", type="password", required=True, description="API secret of the stream."),
        ),
        website="https://marketingplatform.google.com/about/analytics",
        methods=_NO_ALIAS,
    ),
    DestinationKind(
        "60f9d0d048950c356be2e4da",
        "Braze Cloud Mode (Actions)",
        "actions-braze-cloud",
        "Customer engagement.",
        (
            Option("api_key", type="password", required=True, description="REST API key."),
            Option("app_id", description="Id of the app in Braze."),
            Option("endpoint", required=True, description="REST endpoint of the Braze instance."),
        ),
        category="Email Marketing",
        website="https://www.braze.com",
    ),
    DestinationKind(
        "632b1116e0cb83902f3fd717",
        "HubSpot Cloud Mode (Actions)",
        "actions-hubspot-cloud",
        "Contacts and companies.",
        (Option("portalId", description="Hub id."),),
        category="CRM",
        website="https://www.hubspot.com",
        methods=_NO_ALIAS,
    ),
    DestinationKind(
        "61957755c4d820be968457de",
        "Salesforce (Actions)",
        "actions-salesforce",
        "Leads, contacts and accounts.",
        (
            Option("instanceUrl", description="Address of the organisation."),
            Option("isSandbox", type="boolean", description="Whether it is a Salesforce sandbox.", default=False),
        ),
        category="CRM",
        website="https://www.salesforce.com",
        methods=("identify", "track", "group"),
    ),
    DestinationKind(
        "62ded0cf5753c743883ca0f3",
        "Intercom Cloud Mode (Actions)",
        "actions-intercom-cloud",
        "Messages to customers.",
        category="Livechat",
        website="https://www.intercom.com",
        methods=("identify", "track", "group"),
    ),
    DestinationKind(
        "61806e472cd47ea1104885fc",
        "Facebook Conversions API (Actions)",
        "actions-facebook-conversions-api",
        "Conversions for advertising.",
        (
            Option("pixelId", required=True, description="Id of the pixel."),
            Option("testEventCode", description="Code that marks events as tests."),
        ),
        category="Advertising",
        website="https://developers.facebook.com/docs/marketing-api/conversions-api",
        methods=("pageview", "track"),
    ),
    DestinationKind(
        "5f7dd8e302173ff732db5cc4",
        "Slack (Actions)",
        "actions-slack",
        "Messages in Slack channels.",
        category="Raw Data",
        website="https://slack.com",
        previous_names=("Vendor Slack",),
    ),
    DestinationKind(
        "54521fd525e721e32a72eea8",
        "Customer.io",
        "customer-io",
        "Mails and push messages.",
        (
            Option("siteId", required=True, description="Site id of the workspace there."),
            Option("apiKey", type="password", required=True, description="API key of the workspace there."),
        ),
        category="Email Marketing",
        website="https://customer.io",
    ),
    DestinationKind(
        "54521fd625e721e32a72eeb9",
        "Google Tag Manager",
        "google-tag-manager",
        "Tags on a website.",
        (
            Option("containerId", required=True, description="Id of the container."),
            Option("environment", description="Query string of an environment."),
        ),
        category="Tag Managers",
        website="https://tagmanager.google.com",
        methods=("pageview", "track"),
        platforms=("browser",),
    ),
    DestinationKind(
        "57da359580412f644ff33fb9",
        "Amazon Kinesis",
        "amazon-kinesis",
        "Events to a Kinesis stream.",
        (
            Option("region", required=True, description="AWS region of the stream."),
            Option("roleAddress", required=True, description="ARN of the role to take on."),
            Option("stream", required=True, description="Name of the stream."),
        ),
        category="Raw Data",
        website="https://aws.amazon.com/kinesis",
    ),
    DestinationKind(
        "60be92c8dabdd561bf6c9130",
        "AWS S3",
        "aws-s3",
        "Logs of events in a bucket.",
        (
            Option("s3Bucket", required=True, description="Name of the bucket."),
            Option("iamRoleArn", required=True, description="ARN of the role to take on."),
        ),
        category="Raw Data",
        website="https://aws.amazon.com/s3",
        # Filters do not apply to S3.  [docs: "Destination Filters"]
        takes_filters=False,
    ),
)

DESTINATION_KINDS = (*_REAL, *SANDBOX_DESTINATION_KINDS)
