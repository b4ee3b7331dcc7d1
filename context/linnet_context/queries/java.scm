(class_declaration) @definition.class
(record_declaration) @definition.class
(interface_declaration) @definition.type
(annotation_type_declaration) @definition.type
(enum_declaration) @definition.type
(method_declaration) @definition.method
(annotation_type_element_declaration) @definition.method
(constructor_declaration) @definition.method
(compact_constructor_declaration) @definition.method
(field_declaration declarator: (variable_declarator)) @definition.field
(constant_declaration declarator: (variable_declarator)) @definition.constant
(record_declaration parameters: (formal_parameters (formal_parameter) @definition.field))
(enum_constant) @definition.constant

(import_declaration) @import

(method_invocation name: (identifier) @reference)
(type_identifier) @reference
(annotation name: (identifier) @reference)
(marker_annotation name: (identifier) @reference)
