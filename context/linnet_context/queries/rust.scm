(function_item) @definition.function
(function_signature_item) @definition.function
(struct_item) @definition.class
(union_item) @definition.class
(enum_item) @definition.type
(trait_item) @definition.type
(type_item) @definition.type
(associated_type) @definition.type
(mod_item) @definition.module
(macro_definition) @definition.function
(const_item) @definition.constant
(static_item) @definition.variable
(field_declaration) @definition.field
(enum_variant) @definition.constant
(impl_item) @container

(use_declaration) @import

(call_expression function: (identifier) @reference)
(call_expression function: (field_expression field: (field_identifier) @reference))
(call_expression function: (scoped_identifier name: (identifier) @reference))
(call_expression function: (generic_function function: (identifier) @reference))
(generic_function function: (field_expression field: (field_identifier) @reference))
(generic_function function: (scoped_identifier name: (identifier) @reference))
(macro_invocation macro: (identifier) @reference)
(type_identifier) @reference
