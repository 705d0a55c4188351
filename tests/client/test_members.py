"""Each public method of PyTango's client classes is known: green, local, or sent to a worker."""

import inspect
from collections.abc import Iterator

import pytest
import tango

from ipytango.client.modes._proxies import _LOCAL, _is_green, _network_methods

# As of PyTango 10.3. A method that an older version lacks is no fault.
KINDS = {
    tango.DeviceProxy: {
        "green": """
            add_telemetry_logging_endpoint add_telemetry_tracing_endpoint command_inout
            delete_property get_attribute_config get_attribute_config_ex
            get_command_config get_property get_property_list get_telemetry_logging
            get_telemetry_logging_endpoints get_telemetry_topics get_telemetry_tracing
            get_telemetry_tracing_endpoints is_telemetry_enabled ping put_property
            read_attribute read_attribute_asynch read_attribute_reply read_attributes
            read_attributes_asynch read_attributes_reply
            remove_telemetry_logging_endpoint remove_telemetry_tracing_endpoint
            set_attribute_config set_telemetry_logging set_telemetry_logging_endpoints
            set_telemetry_topics set_telemetry_tracing set_telemetry_tracing_endpoints
            start_telemetry state status stop_telemetry subscribe_event
            unsubscribe_event write_attribute write_attribute_asynch
            write_attribute_reply write_attributes write_attributes_asynch
            write_attributes_reply write_read_attribute write_read_attributes
        """,
        "local": """
            cancel_all_polling_asynch_request cancel_asynch_request dev_name
            event_queue_size freeze_dynamic_interface get_access_control
            get_access_right get_db_host get_db_port get_db_port_num get_dev_host
            get_dev_port get_from_env_var get_green_mode get_idl_version
            get_last_event_date get_source get_tango_lib_version get_timeout_millis
            get_transparency_reconnection invalidate_attribute_config_cache
            is_attribute_config_cache_enabled is_dbase_used is_dynamic_interface_frozen
            is_event_queue_empty pending_asynch_call set_access_control
            set_attribute_config_cache set_green_mode set_source set_timeout_millis
            set_transparency_reconnection unfreeze_dynamic_interface
        """,
        "network": """
            add_logging_target adm_name alias attribute_history attribute_list_query
            attribute_list_query_ex attribute_query black_box command_history
            command_inout_asynch command_inout_raw command_inout_reply
            command_inout_reply_raw command_list_query command_query connect description
            get_asynch_replies get_attribute_list get_attribute_poll_period
            get_command_list get_command_poll_period get_device_db get_events get_locker
            get_logging_level get_logging_target import_info info is_attribute_polled
            is_command_polled is_locked is_locked_by_me lock locking_status name
            poll_attribute poll_command polling_status reconnect remove_logging_target
            set_logging_level stop_poll_attribute stop_poll_command unlock
        """,
        "static": """
            get_fqdn
        """,
    },
    tango.Database: {
        "green": """
            command_inout
        """,
        "local": """
            cancel_all_polling_asynch_request cancel_asynch_request dev_name
            get_access_control get_access_except_errors get_access_right get_db_host
            get_db_port get_db_port_num get_dev_host get_dev_port get_file_name
            get_from_env_var get_idl_version get_source get_timeout_millis
            get_transparency_reconnection is_control_access_checked is_dbase_used
            is_multi_tango_host set_access_checked set_access_control set_source
            set_timeout_millis set_transparency_reconnection
        """,
        "network": """
            add_device add_server build_connection check_access_control check_tango_host
            command_inout_asynch command_inout_raw command_inout_reply
            command_inout_reply_raw connect delete_attribute_alias
            delete_class_attribute_property delete_class_property delete_device
            delete_device_alias delete_device_attribute_property delete_device_property
            delete_property delete_server delete_server_info export_device export_event
            export_server get_alias get_alias_from_attribute get_alias_from_device
            get_asynch_replies get_attribute_alias get_attribute_alias_list
            get_attribute_from_alias get_class_attribute_list
            get_class_attribute_property get_class_attribute_property_history
            get_class_for_device get_class_inheritance_for_device get_class_list
            get_class_property get_class_property_history get_class_property_list
            get_device_alias get_device_alias_list get_device_attribute_list
            get_device_attribute_property get_device_attribute_property_history
            get_device_class_list get_device_domain get_device_exported
            get_device_exported_for_class get_device_family get_device_from_alias
            get_device_info get_device_member get_device_name get_device_property
            get_device_property_history get_device_property_list get_device_service_list
            get_host_list get_host_server_list get_info get_instance_name_list
            get_object_list get_object_property_list get_property get_property_forced
            get_property_history get_server_class_list get_server_info get_server_list
            get_server_name_list get_server_release get_service_list get_services
            import_device put_attribute_alias put_class_attribute_property
            put_class_property put_device_alias put_device_attribute_property
            put_device_property put_property put_server_info reconnect register_service
            rename_server reread_filedatabase unexport_device unexport_event
            unexport_server unregister_service write_filedatabase
        """,
        "static": """
            get_fqdn
        """,
    },
    tango.Group: {
        "local": """
            disable enable get_fully_qualified_name get_group get_name is_enabled
            name_equals name_matches remove remove_all set_timeout_millis
        """,
        "network": """
            add command_inout command_inout_asynch command_inout_reply contains
            get_device get_device_list get_size ping read_attribute
            read_attribute_asynch read_attribute_reply read_attributes
            read_attributes_asynch read_attributes_reply write_attribute
            write_attribute_asynch write_attribute_reply
        """,
    },
}


def kinds_found(owner: type) -> Iterator[tuple[str, str]]:
    network = dict(_network_methods(owner))
    for name in dir(owner):
        method = getattr(owner, name)
        if name.startswith("_") or not callable(method):
            continue
        if name in network:
            yield name, "network"
        elif isinstance(inspect.getattr_static(owner, name), staticmethod):
            yield name, "static"
        elif _is_green(method):
            yield name, "green"
        else:
            yield name, "local"


@pytest.mark.parametrize("owner", KINDS)
def test_methods_are_of_the_kinds_that_were_looked_at(owner: type) -> None:
    known = {name: kind for kind, names in KINDS[owner].items() for name in names.split()}
    unlike = {name: kind for name, kind in kinds_found(owner) if known.get(name) != kind}
    assert not unlike, (
        f"This PyTango's {owner.__name__} has methods that nobody has looked at, here with what "
        f"ipytango takes them for: {unlike}. See in PyTango's source whether each reaches the "
        "network. Put those that do not into _LOCAL in client/modes/_proxies.py (any other that is "
        "not green is sent to a worker), then bring KINDS here up to date."
    )


def test_local_names_are_names_of_methods() -> None:
    looked_at = {name for kinds in KINDS.values() for name in kinds["local"].split()}
    assert looked_at == _LOCAL
