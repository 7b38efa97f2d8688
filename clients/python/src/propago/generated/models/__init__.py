"""Contains all the data models used in inputs/outputs"""

from .add_object_body import AddObjectBody
from .append_to_upload_tus_resumable import AppendToUploadTusResumable
from .collect_garbage_body import CollectGarbageBody
from .create_export_body import CreateExportBody
from .create_export_body_format import CreateExportBodyFormat
from .create_export_body_options import CreateExportBodyOptions
from .create_export_body_options_content import CreateExportBodyOptionsContent
from .create_export_body_options_frames import CreateExportBodyOptionsFrames
from .create_export_body_options_segmentation import CreateExportBodyOptionsSegmentation
from .create_key_body import CreateKeyBody
from .create_key_body_scopes_item import CreateKeyBodyScopesItem
from .create_run_body import CreateRunBody
from .create_run_body_fit import CreateRunBodyFit
from .create_run_body_objects_item import CreateRunBodyObjectsItem
from .create_run_body_prompts_item import CreateRunBodyPromptsItem
from .create_run_body_prompts_item_objects_item import (
    CreateRunBodyPromptsItemObjectsItem,
)
from .create_run_body_prompts_item_objects_item_points_item import (
    CreateRunBodyPromptsItemObjectsItemPointsItem,
)
from .create_run_body_prompts_item_objects_item_points_item_visibility import (
    CreateRunBodyPromptsItemObjectsItemPointsItemVisibility,
)
from .create_run_body_prompts_item_objects_item_rle import (
    CreateRunBodyPromptsItemObjectsItemRle,
)
from .create_session_body import CreateSessionBody
from .create_upload_tus_resumable import CreateUploadTusResumable
from .create_video_files_body import CreateVideoFilesBody
from .create_webhook_body import CreateWebhookBody
from .create_webhook_body_events_item import CreateWebhookBodyEventsItem
from .delete_upload_tus_resumable import DeleteUploadTusResumable
from .export import Export
from .export_error_type_0 import ExportErrorType0
from .export_file_type_0 import ExportFileType0
from .export_format import ExportFormat
from .export_list import ExportList
from .export_loss_type_0 import ExportLossType0
from .export_loss_type_0_lowest_type_0 import ExportLossType0LowestType0
from .export_options import ExportOptions
from .export_progress import ExportProgress
from .export_state import ExportState
from .frame_page import FramePage
from .frame_page_items_item import FramePageItemsItem
from .frame_page_items_item_classes_item import FramePageItemsItemClassesItem
from .frame_page_items_item_classes_item_rle import FramePageItemsItemClassesItemRle
from .frame_page_items_item_keypoints_item import FramePageItemsItemKeypointsItem
from .frame_page_items_item_keypoints_item_points_item import (
    FramePageItemsItemKeypointsItemPointsItem,
)
from .frame_page_items_item_keypoints_item_points_item_state import (
    FramePageItemsItemKeypointsItemPointsItemState,
)
from .frame_page_time_base import FramePageTimeBase
from .garbage_collection import GarbageCollection
from .garbage_collection_exports import GarbageCollectionExports
from .garbage_collection_features import GarbageCollectionFeatures
from .garbage_collection_frames import GarbageCollectionFrames
from .garbage_collection_kept_item import GarbageCollectionKeptItem
from .garbage_collection_orphans import GarbageCollectionOrphans
from .garbage_collection_orphans_additional_property import (
    GarbageCollectionOrphansAdditionalProperty,
)
from .garbage_collection_pictures import GarbageCollectionPictures
from .get_upload_offset_tus_resumable import GetUploadOffsetTusResumable
from .import_prompts_json_body import ImportPromptsJsonBody
from .key import Key
from .key_page import KeyPage
from .list_runs_state_item import ListRunsStateItem
from .list_webhook_deliveries_state import ListWebhookDeliveriesState
from .live import Live
from .model import Model
from .model_alias import ModelAlias
from .model_alias_list import ModelAliasList
from .model_audit_page import ModelAuditPage
from .model_audit_page_items_item import ModelAuditPageItemsItem
from .model_audit_page_items_item_details import ModelAuditPageItemsItemDetails
from .model_index import ModelIndex
from .model_index_items_item import ModelIndexItemsItem
from .model_index_items_item_state import ModelIndexItemsItemState
from .model_list import ModelList
from .model_metadata import ModelMetadata
from .model_metadata_inputs_item import ModelMetadataInputsItem
from .model_metadata_outputs_item import ModelMetadataOutputsItem
from .model_ready import ModelReady
from .model_report import ModelReport
from .model_report_shadows_item import ModelReportShadowsItem
from .model_report_shadows_item_failures_item import ModelReportShadowsItemFailuresItem
from .model_report_shadows_item_worst_item import ModelReportShadowsItemWorstItem
from .model_report_traffic import ModelReportTraffic
from .model_report_traffic_parts_item import ModelReportTrafficPartsItem
from .model_report_traffic_parts_item_failures_item import (
    ModelReportTrafficPartsItemFailuresItem,
)
from .model_traffic import ModelTraffic
from .model_traffic_split_item import ModelTrafficSplitItem
from .model_version import ModelVersion
from .model_version_card_type_0 import ModelVersionCardType0
from .model_version_facts import ModelVersionFacts
from .model_version_list import ModelVersionList
from .model_version_provenance import ModelVersionProvenance
from .model_version_reasons_item import ModelVersionReasonsItem
from .model_version_report_type_0 import ModelVersionReportType0
from .model_version_state import ModelVersionState
from .model_versions_item import ModelVersionsItem
from .model_versions_item_state import ModelVersionsItemState
from .new_key import NewKey
from .new_webhook import NewWebhook
from .new_webhook_disabled_reason_type_0 import NewWebhookDisabledReasonType0
from .problem import Problem
from .problem_errors_item import ProblemErrorsItem
from .promote_model_body import PromoteModelBody
from .prompt_import import PromptImport
from .prompt_list import PromptList
from .prompt_list_items_item import PromptListItemsItem
from .prompt_list_items_item_objects_item import PromptListItemsItemObjectsItem
from .prompt_list_items_item_objects_item_points_item import (
    PromptListItemsItemObjectsItemPointsItem,
)
from .prompt_list_items_item_objects_item_points_item_visibility import (
    PromptListItemsItemObjectsItemPointsItemVisibility,
)
from .put_prompt_fit import PutPromptFit
from .put_prompt_json_body import PutPromptJsonBody
from .put_prompt_json_body_objects_item import PutPromptJsonBodyObjectsItem
from .put_prompt_json_body_objects_item_points_item import (
    PutPromptJsonBodyObjectsItemPointsItem,
)
from .put_prompt_json_body_objects_item_points_item_visibility import (
    PutPromptJsonBodyObjectsItemPointsItemVisibility,
)
from .put_prompt_json_body_objects_item_rle import PutPromptJsonBodyObjectsItemRle
from .ready import Ready
from .ready_dependencies import ReadyDependencies
from .register_model_version_body import RegisterModelVersionBody
from .register_model_version_body_facts import RegisterModelVersionBodyFacts
from .register_model_version_body_facts_layout import (
    RegisterModelVersionBodyFactsLayout,
)
from .register_model_version_body_provenance import RegisterModelVersionBodyProvenance
from .register_model_version_body_provenance_metrics import (
    RegisterModelVersionBodyProvenanceMetrics,
)
from .rollback_model_body import RollbackModelBody
from .rotate_key_body import RotateKeyBody
from .rotate_webhook_secret_body import RotateWebhookSecretBody
from .run import Run
from .run_encoder import RunEncoder
from .run_error_type_0 import RunErrorType0
from .run_event import RunEvent
from .run_event_error_type_0 import RunEventErrorType0
from .run_event_estimate_type_0 import RunEventEstimateType0
from .run_event_exports_item import RunEventExportsItem
from .run_event_exports_item_format import RunEventExportsItemFormat
from .run_event_exports_item_progress import RunEventExportsItemProgress
from .run_event_exports_item_state import RunEventExportsItemState
from .run_event_passes_item import RunEventPassesItem
from .run_event_passes_item_direction import RunEventPassesItemDirection
from .run_event_passes_item_segments import RunEventPassesItemSegments
from .run_event_progress import RunEventProgress
from .run_event_progress_features import RunEventProgressFeatures
from .run_event_progress_ingest import RunEventProgressIngest
from .run_event_progress_propagation import RunEventProgressPropagation
from .run_event_progress_results import RunEventProgressResults
from .run_event_state import RunEventState
from .run_input_size import RunInputSize
from .run_object import RunObject
from .run_object_kind import RunObjectKind
from .run_object_list import RunObjectList
from .run_options import RunOptions
from .run_options_parameters import RunOptionsParameters
from .run_options_parameters_class_normalisation import (
    RunOptionsParametersClassNormalisation,
)
from .run_options_parameters_image_resize import RunOptionsParametersImageResize
from .run_options_parameters_input_size_type_0 import RunOptionsParametersInputSizeType0
from .run_options_parameters_input_size_type_0_rounding import (
    RunOptionsParametersInputSizeType0Rounding,
)
from .run_options_parameters_input_size_type_1 import RunOptionsParametersInputSizeType1
from .run_options_parameters_input_size_type_2 import RunOptionsParametersInputSizeType2
from .run_options_parameters_input_size_type_2_rounding import (
    RunOptionsParametersInputSizeType2Rounding,
)
from .run_options_parameters_label_resize import RunOptionsParametersLabelResize
from .run_options_parameters_neighbourhood import RunOptionsParametersNeighbourhood
from .run_options_parameters_neighbourhood_shape import (
    RunOptionsParametersNeighbourhoodShape,
)
from .run_options_parameters_upsampling import RunOptionsParametersUpsampling
from .run_options_preset import RunOptionsPreset
from .run_page import RunPage
from .run_parameters import RunParameters
from .run_parameters_class_normalisation import RunParametersClassNormalisation
from .run_parameters_image_resize import RunParametersImageResize
from .run_parameters_input_size_type_0 import RunParametersInputSizeType0
from .run_parameters_input_size_type_0_rounding import (
    RunParametersInputSizeType0Rounding,
)
from .run_parameters_input_size_type_1 import RunParametersInputSizeType1
from .run_parameters_input_size_type_2 import RunParametersInputSizeType2
from .run_parameters_input_size_type_2_rounding import (
    RunParametersInputSizeType2Rounding,
)
from .run_parameters_label_resize import RunParametersLabelResize
from .run_parameters_neighbourhood import RunParametersNeighbourhood
from .run_parameters_neighbourhood_shape import RunParametersNeighbourhoodShape
from .run_parameters_upsampling import RunParametersUpsampling
from .run_passes_item import RunPassesItem
from .run_passes_item_direction import RunPassesItemDirection
from .run_passes_item_segments import RunPassesItemSegments
from .run_progress import RunProgress
from .run_progress_features import RunProgressFeatures
from .run_progress_ingest import RunProgressIngest
from .run_progress_propagation import RunProgressPropagation
from .run_progress_results import RunProgressResults
from .run_request import RunRequest
from .run_request_fit import RunRequestFit
from .run_request_objects_item import RunRequestObjectsItem
from .run_request_prompts_item import RunRequestPromptsItem
from .run_request_prompts_item_objects_item import RunRequestPromptsItemObjectsItem
from .run_request_prompts_item_objects_item_points_item import (
    RunRequestPromptsItemObjectsItemPointsItem,
)
from .run_request_prompts_item_objects_item_points_item_visibility import (
    RunRequestPromptsItemObjectsItemPointsItemVisibility,
)
from .run_request_prompts_item_objects_item_rle import (
    RunRequestPromptsItemObjectsItemRle,
)
from .run_state import RunState
from .run_timings import RunTimings
from .run_timings_stages import RunTimingsStages
from .run_video import RunVideo
from .run_video_time_base import RunVideoTimeBase
from .run_warnings_item import RunWarningsItem
from .run_warnings_item_code import RunWarningsItemCode
from .session import Session
from .session_access import SessionAccess
from .session_key import SessionKey
from .set_model_alias_body import SetModelAliasBody
from .set_model_traffic_body import SetModelTrafficBody
from .set_model_traffic_body_split_item import SetModelTrafficBodySplitItem
from .shadow_comparison_page import ShadowComparisonPage
from .shadow_comparison_page_items_item import ShadowComparisonPageItemsItem
from .shadow_comparison_page_items_item_comparison_type_0 import (
    ShadowComparisonPageItemsItemComparisonType0,
)
from .shadow_comparison_page_items_item_error_type_0 import (
    ShadowComparisonPageItemsItemErrorType0,
)
from .shadow_comparison_page_items_item_state_type_0 import (
    ShadowComparisonPageItemsItemStateType0,
)
from .start_training_run_body import StartTrainingRunBody
from .start_training_run_body_data import StartTrainingRunBodyData
from .start_training_run_body_data_source import StartTrainingRunBodyDataSource
from .start_training_run_body_settings import StartTrainingRunBodySettings
from .start_training_run_body_weights import StartTrainingRunBodyWeights
from .suggestion_list import SuggestionList
from .suggestion_list_items_item import SuggestionListItemsItem
from .timeline import Timeline
from .timeline_objects_item import TimelineObjectsItem
from .training_artifact_list import TrainingArtifactList
from .training_artifact_list_items_item import TrainingArtifactListItemsItem
from .training_artifact_list_items_item_kind import TrainingArtifactListItemsItemKind
from .training_event import TrainingEvent
from .training_event_metrics_item import TrainingEventMetricsItem
from .training_event_metrics_item_kind import TrainingEventMetricsItemKind
from .training_event_metrics_item_values import TrainingEventMetricsItemValues
from .training_run import TrainingRun
from .training_run_data import TrainingRunData
from .training_run_data_source import TrainingRunDataSource
from .training_run_error_type_0 import TrainingRunErrorType0
from .training_run_page import TrainingRunPage
from .training_run_registered_type_0 import TrainingRunRegisteredType0
from .training_run_settings import TrainingRunSettings
from .training_run_state import TrainingRunState
from .training_run_weights import TrainingRunWeights
from .update_object_body import UpdateObjectBody
from .update_run_body import UpdateRunBody
from .update_webhook_body import UpdateWebhookBody
from .update_webhook_body_events_item import UpdateWebhookBodyEventsItem
from .video import Video
from .video_decoding import VideoDecoding
from .video_decoding_error_type_0 import VideoDecodingErrorType0
from .video_decoding_state import VideoDecodingState
from .video_frame_page import VideoFramePage
from .video_frame_page_decoding import VideoFramePageDecoding
from .video_frame_page_decoding_error_type_0 import VideoFramePageDecodingErrorType0
from .video_frame_page_decoding_state import VideoFramePageDecodingState
from .video_frame_page_items_item import VideoFramePageItemsItem
from .video_frame_page_time_base import VideoFramePageTimeBase
from .video_page import VideoPage
from .video_request import VideoRequest
from .video_time_base import VideoTimeBase
from .webhook import Webhook
from .webhook_delivery import WebhookDelivery
from .webhook_delivery_log import WebhookDeliveryLog
from .webhook_delivery_log_log_item import WebhookDeliveryLogLogItem
from .webhook_delivery_log_state import WebhookDeliveryLogState
from .webhook_delivery_log_type import WebhookDeliveryLogType
from .webhook_delivery_page import WebhookDeliveryPage
from .webhook_delivery_state import WebhookDeliveryState
from .webhook_delivery_type import WebhookDeliveryType
from .webhook_disabled_reason_type_0 import WebhookDisabledReasonType0
from .webhook_event import WebhookEvent
from .webhook_event_data import WebhookEventData
from .webhook_event_type import WebhookEventType
from .webhook_list import WebhookList
from .worker_list import WorkerList
from .worker_list_items_item import WorkerListItemsItem
from .worker_list_items_item_encoders_item import WorkerListItemsItemEncodersItem
from .worker_list_items_item_encoders_item_state import (
    WorkerListItemsItemEncodersItemState,
)
from .worker_list_items_item_service import WorkerListItemsItemService

__all__ = (
    "AddObjectBody",
    "AppendToUploadTusResumable",
    "CollectGarbageBody",
    "CreateExportBody",
    "CreateExportBodyFormat",
    "CreateExportBodyOptions",
    "CreateExportBodyOptionsContent",
    "CreateExportBodyOptionsFrames",
    "CreateExportBodyOptionsSegmentation",
    "CreateKeyBody",
    "CreateKeyBodyScopesItem",
    "CreateRunBody",
    "CreateRunBodyFit",
    "CreateRunBodyObjectsItem",
    "CreateRunBodyPromptsItem",
    "CreateRunBodyPromptsItemObjectsItem",
    "CreateRunBodyPromptsItemObjectsItemPointsItem",
    "CreateRunBodyPromptsItemObjectsItemPointsItemVisibility",
    "CreateRunBodyPromptsItemObjectsItemRle",
    "CreateSessionBody",
    "CreateUploadTusResumable",
    "CreateVideoFilesBody",
    "CreateWebhookBody",
    "CreateWebhookBodyEventsItem",
    "DeleteUploadTusResumable",
    "Export",
    "ExportErrorType0",
    "ExportFileType0",
    "ExportFormat",
    "ExportList",
    "ExportLossType0",
    "ExportLossType0LowestType0",
    "ExportOptions",
    "ExportProgress",
    "ExportState",
    "FramePage",
    "FramePageItemsItem",
    "FramePageItemsItemClassesItem",
    "FramePageItemsItemClassesItemRle",
    "FramePageItemsItemKeypointsItem",
    "FramePageItemsItemKeypointsItemPointsItem",
    "FramePageItemsItemKeypointsItemPointsItemState",
    "FramePageTimeBase",
    "GarbageCollection",
    "GarbageCollectionExports",
    "GarbageCollectionFeatures",
    "GarbageCollectionFrames",
    "GarbageCollectionKeptItem",
    "GarbageCollectionOrphans",
    "GarbageCollectionOrphansAdditionalProperty",
    "GarbageCollectionPictures",
    "GetUploadOffsetTusResumable",
    "ImportPromptsJsonBody",
    "Key",
    "KeyPage",
    "ListRunsStateItem",
    "ListWebhookDeliveriesState",
    "Live",
    "Model",
    "ModelAlias",
    "ModelAliasList",
    "ModelAuditPage",
    "ModelAuditPageItemsItem",
    "ModelAuditPageItemsItemDetails",
    "ModelIndex",
    "ModelIndexItemsItem",
    "ModelIndexItemsItemState",
    "ModelList",
    "ModelMetadata",
    "ModelMetadataInputsItem",
    "ModelMetadataOutputsItem",
    "ModelReady",
    "ModelReport",
    "ModelReportShadowsItem",
    "ModelReportShadowsItemFailuresItem",
    "ModelReportShadowsItemWorstItem",
    "ModelReportTraffic",
    "ModelReportTrafficPartsItem",
    "ModelReportTrafficPartsItemFailuresItem",
    "ModelTraffic",
    "ModelTrafficSplitItem",
    "ModelVersion",
    "ModelVersionCardType0",
    "ModelVersionFacts",
    "ModelVersionList",
    "ModelVersionProvenance",
    "ModelVersionReasonsItem",
    "ModelVersionReportType0",
    "ModelVersionState",
    "ModelVersionsItem",
    "ModelVersionsItemState",
    "NewKey",
    "NewWebhook",
    "NewWebhookDisabledReasonType0",
    "Problem",
    "ProblemErrorsItem",
    "PromoteModelBody",
    "PromptImport",
    "PromptList",
    "PromptListItemsItem",
    "PromptListItemsItemObjectsItem",
    "PromptListItemsItemObjectsItemPointsItem",
    "PromptListItemsItemObjectsItemPointsItemVisibility",
    "PutPromptFit",
    "PutPromptJsonBody",
    "PutPromptJsonBodyObjectsItem",
    "PutPromptJsonBodyObjectsItemPointsItem",
    "PutPromptJsonBodyObjectsItemPointsItemVisibility",
    "PutPromptJsonBodyObjectsItemRle",
    "Ready",
    "ReadyDependencies",
    "RegisterModelVersionBody",
    "RegisterModelVersionBodyFacts",
    "RegisterModelVersionBodyFactsLayout",
    "RegisterModelVersionBodyProvenance",
    "RegisterModelVersionBodyProvenanceMetrics",
    "RollbackModelBody",
    "RotateKeyBody",
    "RotateWebhookSecretBody",
    "Run",
    "RunEncoder",
    "RunErrorType0",
    "RunEvent",
    "RunEventErrorType0",
    "RunEventEstimateType0",
    "RunEventExportsItem",
    "RunEventExportsItemFormat",
    "RunEventExportsItemProgress",
    "RunEventExportsItemState",
    "RunEventPassesItem",
    "RunEventPassesItemDirection",
    "RunEventPassesItemSegments",
    "RunEventProgress",
    "RunEventProgressFeatures",
    "RunEventProgressIngest",
    "RunEventProgressPropagation",
    "RunEventProgressResults",
    "RunEventState",
    "RunInputSize",
    "RunObject",
    "RunObjectKind",
    "RunObjectList",
    "RunOptions",
    "RunOptionsParameters",
    "RunOptionsParametersClassNormalisation",
    "RunOptionsParametersImageResize",
    "RunOptionsParametersInputSizeType0",
    "RunOptionsParametersInputSizeType0Rounding",
    "RunOptionsParametersInputSizeType1",
    "RunOptionsParametersInputSizeType2",
    "RunOptionsParametersInputSizeType2Rounding",
    "RunOptionsParametersLabelResize",
    "RunOptionsParametersNeighbourhood",
    "RunOptionsParametersNeighbourhoodShape",
    "RunOptionsParametersUpsampling",
    "RunOptionsPreset",
    "RunPage",
    "RunParameters",
    "RunParametersClassNormalisation",
    "RunParametersImageResize",
    "RunParametersInputSizeType0",
    "RunParametersInputSizeType0Rounding",
    "RunParametersInputSizeType1",
    "RunParametersInputSizeType2",
    "RunParametersInputSizeType2Rounding",
    "RunParametersLabelResize",
    "RunParametersNeighbourhood",
    "RunParametersNeighbourhoodShape",
    "RunParametersUpsampling",
    "RunPassesItem",
    "RunPassesItemDirection",
    "RunPassesItemSegments",
    "RunProgress",
    "RunProgressFeatures",
    "RunProgressIngest",
    "RunProgressPropagation",
    "RunProgressResults",
    "RunRequest",
    "RunRequestFit",
    "RunRequestObjectsItem",
    "RunRequestPromptsItem",
    "RunRequestPromptsItemObjectsItem",
    "RunRequestPromptsItemObjectsItemPointsItem",
    "RunRequestPromptsItemObjectsItemPointsItemVisibility",
    "RunRequestPromptsItemObjectsItemRle",
    "RunState",
    "RunTimings",
    "RunTimingsStages",
    "RunVideo",
    "RunVideoTimeBase",
    "RunWarningsItem",
    "RunWarningsItemCode",
    "Session",
    "SessionAccess",
    "SessionKey",
    "SetModelAliasBody",
    "SetModelTrafficBody",
    "SetModelTrafficBodySplitItem",
    "ShadowComparisonPage",
    "ShadowComparisonPageItemsItem",
    "ShadowComparisonPageItemsItemComparisonType0",
    "ShadowComparisonPageItemsItemErrorType0",
    "ShadowComparisonPageItemsItemStateType0",
    "StartTrainingRunBody",
    "StartTrainingRunBodyData",
    "StartTrainingRunBodyDataSource",
    "StartTrainingRunBodySettings",
    "StartTrainingRunBodyWeights",
    "SuggestionList",
    "SuggestionListItemsItem",
    "Timeline",
    "TimelineObjectsItem",
    "TrainingArtifactList",
    "TrainingArtifactListItemsItem",
    "TrainingArtifactListItemsItemKind",
    "TrainingEvent",
    "TrainingEventMetricsItem",
    "TrainingEventMetricsItemKind",
    "TrainingEventMetricsItemValues",
    "TrainingRun",
    "TrainingRunData",
    "TrainingRunDataSource",
    "TrainingRunErrorType0",
    "TrainingRunPage",
    "TrainingRunRegisteredType0",
    "TrainingRunSettings",
    "TrainingRunState",
    "TrainingRunWeights",
    "UpdateObjectBody",
    "UpdateRunBody",
    "UpdateWebhookBody",
    "UpdateWebhookBodyEventsItem",
    "Video",
    "VideoDecoding",
    "VideoDecodingErrorType0",
    "VideoDecodingState",
    "VideoFramePage",
    "VideoFramePageDecoding",
    "VideoFramePageDecodingErrorType0",
    "VideoFramePageDecodingState",
    "VideoFramePageItemsItem",
    "VideoFramePageTimeBase",
    "VideoPage",
    "VideoRequest",
    "VideoTimeBase",
    "Webhook",
    "WebhookDelivery",
    "WebhookDeliveryLog",
    "WebhookDeliveryLogLogItem",
    "WebhookDeliveryLogState",
    "WebhookDeliveryLogType",
    "WebhookDeliveryPage",
    "WebhookDeliveryState",
    "WebhookDeliveryType",
    "WebhookDisabledReasonType0",
    "WebhookEvent",
    "WebhookEventData",
    "WebhookEventType",
    "WebhookList",
    "WorkerList",
    "WorkerListItemsItem",
    "WorkerListItemsItemEncodersItem",
    "WorkerListItemsItemEncodersItemState",
    "WorkerListItemsItemService",
)
