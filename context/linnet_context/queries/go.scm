(function_declaration) @definition.function
(method_declaration) @definition.method
(type_spec type: (struct_type)) @definition.class
(type_spec type: (_)) @definition.type
(type_alias) @definition.type
(field_declaration) @definition.field
(method_elem) @definition.method
(source_file (const_declaration (const_spec) @definition.constant))
(source_file (var_declaration (var_spec) @definition.variable))
(source_file (var_declaration (var_spec_list (var_spec) @definition.variable)))

(import_spec) @import

(call_expression function: (identifier) @reference)
(call_expression function: (selector_expression field: (field_identifier) @reference))
(type_identifier) @reference
