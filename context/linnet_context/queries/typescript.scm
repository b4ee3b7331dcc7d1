(class_declaration) @definition.class
(abstract_class_declaration) @definition.class
(variable_declarator value: (class)) @definition.class
(interface_declaration) @definition.type
(type_alias_declaration) @definition.type
(enum_declaration) @definition.type
(internal_module) @definition.module
(module) @definition.module
(function_declaration) @definition.function
(function_signature) @definition.function
(generator_function_declaration) @definition.function
(variable_declarator name: (identifier) value: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(assignment_expression left: (member_expression) right: [(arrow_function) (function_expression)]) @definition.function
(method_definition) @definition.method
(method_signature) @definition.method
(abstract_method_signature) @definition.method
(pair key: (property_identifier) value: [(arrow_function) (function_expression)]) @definition.method
(program (lexical_declaration (variable_declarator name: (identifier)) @definition.constant))
(program (variable_declaration (variable_declarator name: (identifier)) @definition.variable))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier)) @definition.constant)))
(internal_module body: (statement_block (export_statement (lexical_declaration (variable_declarator name: (identifier)) @definition.constant))))
(ambient_declaration (lexical_declaration (variable_declarator name: (identifier)) @definition.constant))
(public_field_definition) @definition.field
(interface_body (property_signature) @definition.field)
(type_alias_declaration value: (object_type (property_signature) @definition.field))
(required_parameter (accessibility_modifier)) @definition.self
(enum_body (property_identifier) @definition.constant)
(enum_assignment) @definition.constant

(import_statement) @import
(export_statement source: (string)) @import
(variable_declarator value: (call_expression function: (identifier) @require (#eq? @require "require"))) @import

(call_expression function: (identifier) @reference)
(call_expression function: (member_expression property: (property_identifier) @reference))
(new_expression constructor: (identifier) @reference)
(new_expression constructor: (member_expression property: (property_identifier) @reference))
(extends_clause value: (identifier) @reference)
(extends_clause value: (member_expression property: (property_identifier) @reference))
(type_annotation (type_identifier) @reference)
(type_annotation (_ (type_identifier) @reference))
(type_arguments (type_identifier) @reference)
(generic_type name: (type_identifier) @reference)
(extends_type_clause type: (type_identifier) @reference)
(implements_clause (type_identifier) @reference)
(union_type (type_identifier) @reference)
(intersection_type (type_identifier) @reference)
(array_type (type_identifier) @reference)
(as_expression (type_identifier) @reference)
(nested_type_identifier name: (type_identifier) @reference)
(type_alias_declaration value: (type_identifier) @reference)
